"""Decides whether a message is a question to the bot, and why. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# What Discord shows as code or as a quote. A fence that is never closed is shown as it stands.
_CODE = re.compile(r"```.*?```|``.+?``|`[^`]+`", re.DOTALL)
_QUOTE = re.compile(r"^>>> .*|^> [^\n]*", re.MULTILINE | re.DOTALL)

Place = tuple[int, int]  # the id of a guild, and that of a channel or role in it


class Why(StrEnum):
    """What a message was taken for."""

    MENTION = "it names the bot"
    REPLY = "it replies to the bot"
    THREAD = "it stands in a thread that the bot opened"
    DIRECT = "it is a direct message"
    NOT_SAID = "no person said it"
    NOT_ALLOWED = "the settings forbid its channel or its author"
    NOT_ADDRESSED = "it is not for the bot"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to answer a message, and why."""

    answer: bool
    why: Why


@dataclass(frozen=True, slots=True)
class Policy:
    """Where and whom the bot answers.

    A guild without an entry in `channels` (or `roles`) allows all of its channels (or roles); what
    is blocked wins. `direct` is whether direct messages are answered.
    """

    direct: bool = False
    channels: frozenset[Place] = frozenset()
    blocked_channels: frozenset[Place] = frozenset()
    roles: frozenset[Place] = frozenset()
    blocked_roles: frozenset[Place] = frozenset()

    def allows(self, guild: int | None, channels: frozenset[int], roles: frozenset[int]) -> bool:
        """Tell whether somebody with these roles is answered here.

        `channels` are the channel and those above it: the parent of a thread, the category.
        """
        if guild is None:
            return self.direct
        return _passes(guild, channels, self.channels, self.blocked_channels) and _passes(
            guild, roles, self.roles, self.blocked_roles
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What there is to know of a message; `said` is false if a bot, webhook or Discord wrote it."""

    content: str
    said: bool
    guild: int | None
    channels: frozenset[int]
    roles: frozenset[int] = frozenset()
    replies_to: int | None = None  # the author of the message that it replies to
    thread_owner: int | None = None


def decide(heard: Heard, policy: Policy, bot_id: int) -> Decision:
    """Decide whether a message asks the bot. A mention of @everyone or @here is none of the bot."""
    if not heard.said:
        return Decision(False, Why.NOT_SAID)
    why = _addressed(heard, bot_id)
    if why is None:
        return Decision(False, Why.NOT_ADDRESSED)
    if not policy.allows(heard.guild, heard.channels, heard.roles):
        return Decision(False, Why.NOT_ALLOWED)
    return Decision(True, why)


def own_words(content: str) -> str:
    """Return a message without its code and without what it quotes."""
    return _QUOTE.sub("", _CODE.sub("", content))


def _addressed(heard: Heard, bot_id: int) -> Why | None:
    if re.search(rf"<@!?{bot_id}>", own_words(heard.content)):
        return Why.MENTION
    # Without the message content intent, Discord hides what neither names nor pings the bot.
    if not heard.content.strip():
        return None
    if heard.replies_to == bot_id:
        return Why.REPLY
    if heard.thread_owner == bot_id:
        return Why.THREAD
    return Why.DIRECT if heard.guild is None else None


def _passes(
    guild: int, given: frozenset[int], allowed: frozenset[Place], blocked: frozenset[Place]
) -> bool:
    here = {id_ for place, id_ in allowed if place == guild}
    return not given & {id_ for place, id_ in blocked if place == guild} and (
        not here or bool(given & here)
    )
