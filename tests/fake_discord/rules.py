"""What a test may change about the fake at any time, and its clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from .wire import Intent


@dataclass(eq=False)
class Rules:
    """Every attribute can be set while a bot is connected."""

    token: str = "fake.discord.token"
    #: The toggles of the developer portal. IDENTIFY with a privileged intent that is not in here
    #: is closed with 4014.
    privileged_intents_allowed: int = 0
    #: (requests, seconds) of every route's bucket; None limits nothing.
    ratelimit: tuple[int, float] | None = None
    #: Seconds in which an interaction must be answered, and in which its token is good.
    interaction_lifetime: float = 3
    token_lifetime: float = 15 * 60
    heartbeat_interval: int = 41_250
    ack_heartbeats: bool = True
    accept_gateway: bool = True
    accept_resume: bool = True
    #: The ids of the users who take no direct messages from the bot.
    closed_dms: set[str] = field(default_factory=set)
    #: Seconds by which the fake's clock is ahead of the real one.
    clock_ahead: float = 0

    def now(self) -> float:
        return time.time() + self.clock_ahead

    @property
    def message_content_intent(self) -> bool:
        """Whether the portal grants the message content intent.

        REST shows all content as soon as it does; the gateway only to a session whose IDENTIFY
        asked for it too.
        """
        return bool(self.privileged_intents_allowed & Intent.MESSAGE_CONTENT)

    @message_content_intent.setter
    def message_content_intent(self, granted: bool) -> None:
        others = self.privileged_intents_allowed & ~Intent.MESSAGE_CONTENT
        self.privileged_intents_allowed = others | (Intent.MESSAGE_CONTENT if granted else 0)
