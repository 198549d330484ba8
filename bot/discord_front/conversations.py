"""Keeps each question with its answer: joins quick messages, follows edits and deletions."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import discord

from bot.discord_front.live_reply import BelowMessage

_ONE_QUESTION = 3.0  # seconds within which further messages of a person belong to a question
_REMEMBERED = 500  # questions

Heard = OrderedDict[int, None]  # ids, the newest last
AnswerMessages = Callable[[Sequence[discord.Message], BelowMessage], Awaitable[None]]


@dataclass(eq=False)
class _Asked:
    """The messages of one question, where its answer stands, and the work on it."""

    messages: list[discord.Message]
    place: BelowMessage
    # What each message said when it was answered: discord.py changes its messages in place.
    said: dict[int, str] = field(default_factory=dict)
    work: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.work is not None and not self.work.done()


class Conversations:
    """The questions of this run of the bot. Those of an earlier run are no longer followed."""

    def __init__(
        self,
        answer: AnswerMessages,
        place_for: Callable[[discord.Message], BelowMessage] = BelowMessage,
        heard: Heard | None = None,
    ) -> None:
        """Take what answers and where, and the messages that were heard before."""
        self._answer = answer
        self._place_for = place_for
        self._heard = heard if heard is not None else OrderedDict()
        self._asked: OrderedDict[int, _Asked] = OrderedDict()
        self._closing = False

    def ask(self, message: discord.Message) -> None:
        """Answer a question; it joins the one that its author asked just before.

        A message that came already, as one may after a lost connection, is ignored.
        """
        if self._closing or message.id in self._heard:
            return
        self._heard[message.id] = None
        while len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        asked = self._just_asked(message)
        if asked is None:
            asked = _Asked([message], self._place_for(message))
        else:
            asked.messages.append(message)
        self._asked[message.id] = asked
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        self._start(asked)

    def edit(self, message: discord.Message) -> None:
        """Answer an edited question again, in the same place."""
        asked = self._asked.get(message.id)
        if asked is None or self._closing:
            return
        at = next(n for n, old in enumerate(asked.messages) if old.id == message.id)
        # Discord edits a message by itself too, to add the previews of its links.
        if not message.content or asked.said.get(message.id) == message.content:
            return
        asked.messages[at] = message
        self._start(asked)

    async def delete(self, message_id: int) -> None:
        """Cancel the answer to a deleted question and remove it."""
        asked = self._asked.pop(message_id, None)
        if asked is None:
            return
        asked.messages = [message for message in asked.messages if message.id != message_id]
        if asked.messages:
            self._start(asked)
            return
        if asked.work is not None:
            asked.work.cancel()
        with suppress(discord.HTTPException, OSError):
            await asked.place.remove()

    def close(self) -> None:
        """Take no further question."""
        self._closing = True

    def _just_asked(self, message: discord.Message) -> _Asked | None:
        """Return the running question that a message goes on with."""
        for asked in reversed(self._asked.values()):
            last = asked.messages[-1]
            same = last.author.id == message.author.id and last.channel.id == message.channel.id
            since = (message.created_at - last.created_at).total_seconds()
            if same and asked.running and message.reference is None and since <= _ONE_QUESTION:
                return asked
        return None

    def _start(self, asked: _Asked) -> None:
        if asked.work is not None:
            asked.work.cancel()
        asked.said = {message.id: message.content for message in asked.messages}
        asked.work = asyncio.create_task(self._answer_after(asked, asked.work))

    async def _answer_after(self, asked: _Asked, earlier: asyncio.Task[None] | None) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        await self._answer(tuple(asked.messages), asked.place)
