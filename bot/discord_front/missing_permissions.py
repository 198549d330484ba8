"""What the bot may not do in a channel, and whom it tells so, once: who owns the server."""

from __future__ import annotations

import logging
from contextlib import suppress

import discord

from bot.texts import texts_in

_NEEDED = {
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
}
_FOR_THREADS = {
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}

_log = logging.getLogger(__name__)


class MissingPermissions:
    """Remembers what was told; a restart tells it once more."""

    def __init__(self, client: discord.Client, *, threads: bool = False) -> None:
        """Take the client, and whether it is meant to open threads."""
        self._client = client
        self._threads = threads
        self._told: set[tuple[int, tuple[str, ...]]] = set()

    async def tell(self, message: discord.Message) -> None:
        """Tell the server's owner what is missing where a message was written, if anything is."""
        guild, names = message.guild, tuple(missing_in(message, threads=self._threads))
        if guild is None or not names or (message.channel.id, names) in self._told:
            return
        self._told.add((message.channel.id, names))
        channel = getattr(message.channel, "mention", "a channel")
        _log.warning("The bot lacks %s in channel %s", ", ".join(names), message.channel.id)
        with suppress(discord.HTTPException, OSError):
            if guild.owner_id:
                owner = guild.owner or await self._client.fetch_user(guild.owner_id)
                said = texts_in(str(guild.preferred_locale)).lacks_permissions.format(
                    channel=channel,
                    guild=guild.name,
                    names=", ".join(f"*{name}*" for name in names),
                )
                await owner.send(said)


def missing_in(message: discord.Message, *, threads: bool = False) -> list[str]:
    """Return the names of the permissions that an answer to a message would need and lacks."""
    granted = _granted(message)
    if granted is None:
        return []
    in_thread = isinstance(message.channel, discord.Thread)
    other = "send_messages" if in_thread else "send_messages_in_threads"
    needed = {flag: name for flag, name in _NEEDED.items() if flag != other}
    if threads and isinstance(message.channel, discord.TextChannel):
        needed |= _FOR_THREADS
    return [name for flag, name in needed.items() if not getattr(granted, flag)]


def may_open_thread(message: discord.Message) -> bool:
    """Tell whether a thread may be opened on a message, and written in."""
    granted = _granted(message)
    return (
        isinstance(message.channel, discord.TextChannel)
        and granted is not None
        and granted.create_public_threads
        and granted.send_messages_in_threads
    )


def may_embed(message: discord.Message) -> bool:
    """Tell whether an answer to a message may have embeds."""
    granted = _granted(message)
    return granted is None or granted.embed_links


def _granted(message: discord.Message) -> discord.Permissions | None:
    me = message.guild.me if message.guild else None
    if me is None or isinstance(message.channel, discord.DMChannel | discord.PartialMessageable):
        return None
    return message.channel.permissions_for(me)
