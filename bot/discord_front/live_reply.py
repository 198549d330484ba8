"""A message that grows while its answer is written: edited about once a second, then finished."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

import discord

from bot.discord_front.pace import Pace

_LONGEST_NAME = 100  # characters of a thread's name, by Discord
_EDIT_INTERVAL = 1.0  # seconds; Discord lets a channel's messages be edited about that often

_log = logging.getLogger(__name__)


class Place(Protocol):
    """Where a reply stands: below a message, or as the answer to a command."""

    async def write(
        self,
        text: str,
        embeds: Sequence[discord.Embed] = (),
        buttons: discord.ui.View | None = None,
    ) -> int:
        """Send the reply the first time, edit it from then on; return the message's id."""

    async def go_on(
        self, text: str, embeds: Sequence[discord.Embed], buttons: discord.ui.View | None
    ) -> int:
        """Send a further message below the reply; return its id."""


class BelowMessage:
    """A reply to a message, in a thread of its own if that is given a name. Nobody is pinged."""

    def __init__(self, question: discord.Message, thread_name: str = "") -> None:
        self._question = question
        self._thread_name = thread_name
        self._thread: discord.Thread | None = None
        self._reply: discord.Message | None = None
        self._more: list[discord.Message] = []
        self._writing: asyncio.Task[int] | None = None

    async def write(
        self,
        text: str,
        embeds: Sequence[discord.Embed] = (),
        buttons: discord.ui.View | None = None,
    ) -> int:
        """Send the reply the first time, edit it from then on; return the message's id.

        A request that is on its way is finished even if this is cancelled: the reply that it sends
        would be lost otherwise, and could not be removed.
        """
        await self._settle()
        self._writing = asyncio.create_task(self._write(text, list(embeds), buttons))
        return await asyncio.shield(self._writing)

    async def remove(self) -> None:
        """Delete the reply, if it was sent. Raises what discord.py raises."""
        await self._settle()
        await self._remove_more()
        if self._reply is not None:
            await self._reply.delete()

    async def go_on(
        self, text: str, embeds: Sequence[discord.Embed], buttons: discord.ui.View | None
    ) -> int:
        """Send a further message below the reply; return its id."""
        more = await (self._thread or self._question.channel).send(
            text,
            embeds=list(embeds),
            suppress_embeds=not embeds,
            view=buttons or discord.utils.MISSING,
        )
        self._more.append(more)
        return more.id

    async def _remove_more(self) -> None:
        more, self._more = self._more, []
        for message in more:
            with suppress(discord.NotFound):
                await message.delete()

    async def _settle(self) -> None:
        if self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    async def _write(
        self, text: str, embeds: list[discord.Embed], buttons: discord.ui.View | None
    ) -> int:
        await self._remove_more()  # of an answer that was longer
        # Without embeds of its own, Discord would show previews of the links. Where there are some,
        # the flag would hide them too.
        bare = not embeds
        if self._reply is None:
            thread = await self._own_thread()
            send = partial(
                (thread or self._question.channel).send,
                text,
                embeds=embeds,
                suppress_embeds=bare,
                view=buttons or discord.utils.MISSING,
            )
            # The question may have been deleted meanwhile; the answer is then sent alone.
            above = self._question.to_reference(fail_if_not_exists=False)
            self._reply = await (send() if thread else send(reference=above, mention_author=False))
        else:
            self._reply = await self._reply.edit(
                content=text, embeds=embeds, suppress=bare, view=buttons
            )
        return self._reply.id

    async def _own_thread(self) -> discord.Thread | None:
        """Return the thread for the answer, opened at first; None where there is to be none."""
        name, self._thread_name = self._thread_name[:_LONGEST_NAME], ""
        if name:
            try:
                self._thread = await self._question.create_thread(name=name)
            except (discord.HTTPException, OSError) as error:
                _log.warning("A thread could not be opened: %s", error)
        return self._thread


class InPerson:
    """A direct message to who asked, for where the bot may not write."""

    def __init__(self, asker: discord.User | discord.Member) -> None:
        self._asker = asker
        self._message: discord.Message | None = None

    async def write(
        self,
        text: str,
        embeds: Sequence[discord.Embed] = (),
        buttons: discord.ui.View | None = None,
    ) -> int:
        """Send the reply the first time, edit it from then on; return the message's id."""
        if self._message is None:
            return await self.go_on(text, embeds, buttons)
        self._message = await self._message.edit(
            content=text, embeds=list(embeds), suppress=not embeds, view=buttons
        )
        return self._message.id

    async def go_on(
        self, text: str, embeds: Sequence[discord.Embed], buttons: discord.ui.View | None
    ) -> int:
        """Send a further message; return its id."""
        sent = await self._asker.send(
            text,
            embeds=list(embeds),
            suppress_embeds=not embeds,
            view=buttons or discord.utils.MISSING,
        )
        self._message = self._message or sent
        return sent.id


class AfterCommand:
    """The answer to a slash command that was deferred."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction

    async def write(
        self,
        text: str,
        embeds: Sequence[discord.Embed] = (),
        buttons: discord.ui.View | None = None,
    ) -> int:
        """Fill the deferred answer, edit it from then on; return the message's id."""
        message = await self._interaction.edit_original_response(
            content=text, embeds=list(embeds), view=buttons
        )
        return message.id

    async def go_on(
        self, text: str, embeds: Sequence[discord.Embed], buttons: discord.ui.View | None
    ) -> int:
        """Send a further message below the answer, as private as it is; return its id."""
        message = await self._interaction.followup.send(
            text,
            embeds=list(embeds),
            view=buttons or discord.utils.MISSING,
            suppress_embeds=not embeds,
            wait=True,
        )
        return message.id


class LiveReply:
    """Shows the newest of many versions of a text, at most one a second."""

    def __init__(self, place: Place, *, pace: Pace | None = None, channel: int = 0) -> None:
        """Take where it stands; `pace` holds all that grows in a `channel` to its limit."""
        self._place = place
        self._pace = pace
        self._channel = channel
        self._newest: str | None = None
        self._writer: asyncio.Task[None] | None = None
        self._finishing = asyncio.Event()

    def show(self, text: str) -> None:
        """Show a version soon, unless a newer one comes first."""
        self._newest = text
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_versions())

    async def finish(
        self,
        text: str,
        embeds: Sequence[discord.Embed] = (),
        buttons: discord.ui.View | None = None,
        *,
        before: Sequence[str] = (),
    ) -> int:
        """Show the last version now, and nothing older after it; return the message's id.

        Texts that come `before` are messages of their own. Raises what discord.py raises.
        """
        self._newest = None
        self._finishing.set()
        if self._writer is not None:
            # A request that is on its way is awaited: cancelled, it could overtake the last one.
            await self._writer
        if not before:
            return await self._place.write(text, embeds, buttons)
        await self._place.write(before[0])
        for page in before[1:]:
            await self._place.go_on(page, (), None)
        return await self._place.go_on(text, embeds, buttons)

    def abandon(self) -> None:
        """Show nothing more."""
        self._newest = None
        self._finishing.set()

    async def _may_write(self) -> bool:
        """Wait for the channel's pace; tell whether there is something to write then."""
        if self._pace is None:
            return True
        clock = asyncio.get_running_loop().time
        while (wait := self._pace.wait(self._channel, clock())) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._finishing.wait(), wait)
            if self._finishing.is_set():
                return False
        self._pace.edited(self._channel, clock())
        return self._newest is not None

    async def _write_versions(self) -> None:
        while self._newest is not None and await self._may_write():
            text, self._newest = self._newest, None
            try:
                await self._place.write(text)
            except (discord.HTTPException, OSError) as error:
                _log.warning("A version of an answer could not be shown: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._finishing.wait(), _EDIT_INTERVAL)
