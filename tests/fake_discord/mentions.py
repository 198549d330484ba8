"""Whom a message mentions, and whom it really pings, given allowed_mentions and permissions."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from .guild import Guild, User
from .wire import Json

_USER = re.compile(r"<@!?(\d{15,20})>")
_ROLE = re.compile(r"<@&(\d{15,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)")
_CODE = re.compile(r"```.*?```|``.*?``|`[^`]*`", re.DOTALL)  # nothing is mentioned inside of code

#: message.mdx, "Default Settings for Allowed Mentions": regular messages parse everything,
#: interactions and webhooks only users. Without allowed_mentions a reply pings its author.
REGULAR: Json = {"parse": ["users", "roles", "everyone"], "replied_user": True}
WEBHOOK: Json = {"parse": ["users"]}


@dataclass(frozen=True, slots=True)
class Mentions:
    """The mentions of a message that allowed_mentions let through."""

    users: tuple[User, ...] = ()
    roles: tuple[str, ...] = ()
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(frozen=True, slots=True)
class Ping:
    """The people that a message of the bot notified, by the ids of the wire.

    Discord notifies nobody of a mention that an edit adds, it only highlights the message for
    them; the fake keeps those too, with `edited` set.
    """

    message_id: str
    users: tuple[str, ...]
    roles: tuple[str, ...]
    everyone: bool
    edited: bool = False


def find_mentions(
    content: str,
    allowed: Json,
    *,
    known: Collection[User],
    guild: Guild | None,
    may_mention_all: bool,
    replied_to: User | None = None,
) -> Mentions:
    """Read the mentions of a content as far as they are allowed, in the order of the text."""
    text = _CODE.sub(" ", content)
    parse = allowed.get("parse") or []
    user_ids = _permitted("users", _USER.findall(text), allowed)
    by_id = {user.id: user for user in known}
    users = [by_id[user_id] for user_id in dict.fromkeys(user_ids) if user_id in by_id]
    if replied_to is not None and allowed.get("replied_user") and replied_to not in users:
        users.append(replied_to)
    roles = []
    if guild is not None:
        for role_id in dict.fromkeys(_permitted("roles", _ROLE.findall(text), allowed)):
            role = guild.roles.get(role_id)
            if role is not None and (role.mentionable or may_mention_all):
                roles.append(role_id)
    everyone = "everyone" in parse and may_mention_all and bool(_EVERYONE.search(text))
    return Mentions(tuple(users), tuple(roles), everyone)


def _permitted(kind: str, found: list[str], allowed: Json) -> list[str]:
    if kind in (allowed.get("parse") or []):
        return found
    listed = {str(id_) for id_ in allowed.get(kind) or []}
    return [id_ for id_ in found if id_ in listed]
