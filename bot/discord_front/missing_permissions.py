"""What the bot may not do in a channel, and whom it tells so, once: who owns the server."""

from __future__ import annotations

import logging
from contextlib import suppress

import discord

_NEEDED = {
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
}
_TOLD = (
    "I cannot answer as I should in {channel} of **{guild}**: I lack the permission{s} {names}. "
    "You can give them to my role in the channel's settings, under Permissions."
)

_log = logging.getLogger(__name__)


class MissingPermissions:
    """Remembers what was told; a restart tells it once more."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._told: set[tuple[int, tuple[str, ...]]] = set()

    async def tell(self, message: discord.Message) -> None:
        """Tell the server's owner what is missing where a message was written, if anything is."""
        guild, names = message.guild, tuple(missing_in(message))
        if guild is None or not names or (message.channel.id, names) in self._told:
            return
        self._told.add((message.channel.id, names))
        channel = getattr(message.channel, "mention", "a channel")
        _log.warning("The bot lacks %s in channel %s", ", ".join(names), message.channel.id)
        with suppress(discord.HTTPException, OSError):
            if guild.owner_id:
                owner = guild.owner or await self._client.fetch_user(guild.owner_id)
                said = _TOLD.format(
                    channel=channel,
                    guild=guild.name,
                    s="" if len(names) == 1 else "s",
                    names=", ".join(f"*{name}*" for name in names),
                )
                await owner.send(said)


def missing_in(message: discord.Message) -> list[str]:
    """Return the names of the permissions that an answer to a message would need and lacks."""
    granted = _granted(message)
    if granted is None:
        return []
    in_thread = isinstance(message.channel, discord.Thread)
    other = "send_messages" if in_thread else "send_messages_in_threads"
    return [name for flag, name in _NEEDED.items() if flag != other and not getattr(granted, flag)]


def may_embed(message: discord.Message) -> bool:
    """Tell whether an answer to a message may have embeds."""
    granted = _granted(message)
    return granted is None or granted.embed_links


def _granted(message: discord.Message) -> discord.Permissions | None:
    me = message.guild.me if message.guild else None
    if me is None or isinstance(message.channel, discord.DMChannel | discord.PartialMessageable):
        return None
    return message.channel.permissions_for(me)
