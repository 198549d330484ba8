"""What the bot may do in a channel, worked out from Discord's roles and overwrites.

The rules: https://discord.com/developers/docs/topics/permissions#permission-overwrites
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# The least that answering takes, by the names that Discord shows.
NEEDED: Mapping[str, int] = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Read Message History": 1 << 16,
    "Send Messages in Threads": 1 << 38,
}
# What it takes beside to open a thread for each question.
FOR_THREADS: Mapping[str, int] = {"Create Public Threads": 1 << 35}
_VIEW, _SEND = NEEDED["View Channels"], NEEDED["Send Messages"]
_ADMINISTRATOR = 1 << 3
_EVERYTHING = (1 << 63) - 1
_HOLDS_QUESTIONS = {0, 5, 15}  # the types of text channels, announcements and forums

Json = Mapping[str, Any]


def invite_link(application_id: str, needed: Mapping[str, int] = NEEDED) -> str:
    """Return the link that brings the bot into a server with the least permissions."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application_id}"
        f"&scope=bot+applications.commands&permissions={sum(needed.values())}"
    )


def lacking(
    guild: Json, channels: Iterable[Json], member: Json, needed: Mapping[str, int] = NEEDED
) -> dict[str, list[str]]:
    """Return what the bot may not do where it is meant to answer: permissions by channel.

    Channels that are hidden from it are left out, for somebody wanted that.
    """
    found: dict[str, list[str]] = {}
    for channel in channels:
        if channel["type"] not in _HOLDS_QUESTIONS:
            continue
        granted = permissions_in(guild, channel, member)
        if granted & _VIEW:
            missing = [name for name, bit in needed.items() if not granted & bit]
            if missing:
                found[str(channel["name"])] = missing
    return found


def may_answer_somewhere(guild: Json, channels: Iterable[Json], member: Json) -> bool:
    """Return whether there is a channel at all that the bot sees and may write in."""
    wanted = _VIEW | _SEND
    return any(
        permissions_in(guild, channel, member) & wanted == wanted
        for channel in channels
        if channel["type"] in _HOLDS_QUESTIONS
    )


def permissions_in(guild: Json, channel: Json, member: Json) -> int:
    """Return the bits of what a member may do in a channel."""
    everyone, roles = guild["id"], set(member["roles"])
    granted = 0
    for role in guild["roles"]:
        if role["id"] == everyone or role["id"] in roles:
            granted |= int(role["permissions"])
    if granted & _ADMINISTRATOR or guild["owner_id"] == member["user"]["id"]:
        return _EVERYTHING
    overwrites = channel.get("permission_overwrites") or []
    for ids in ({everyone}, roles, {member["user"]["id"]}):  # the later, the stronger
        allow, deny = _together(overwrites, ids)
        granted = granted & ~deny | allow
    return granted


def _together(overwrites: Sequence[Json], ids: set[str]) -> tuple[int, int]:
    allow = deny = 0
    for overwrite in overwrites:
        if overwrite["id"] in ids:
            allow |= int(overwrite["allow"])
            deny |= int(overwrite["deny"])
    return allow, deny
