"""What the fake remembers of a message: how it looks now, and how it looked after each edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .mentions import REGULAR, Mentions
from .wire import Json, MessageFlag, MessageType, born, iso

if TYPE_CHECKING:
    from .guild import Channel, Thread, User


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file, still without a place in a message."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(kw_only=True)
class Draft:
    """A message about to be posted: who, where, the payload of the request, what Discord adds."""

    author: User
    payload: Json
    files: list[File] = field(default_factory=list)
    type: MessageType = MessageType.DEFAULT
    replied_to: MessageRecord | None = None
    reference: Json | None = None
    #: What counts where the payload has no allowed_mentions.
    default_mentions: Json = field(default_factory=lambda: REGULAR)
    #: Whom it mentions, where that is not read from the content.
    mentions: Mentions | None = None
    mention_everyone: bool = False
    flags: int = 0
    extras: Json = field(default_factory=dict)
    #: Thread starters and forum posts have the id of their thread.
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A message as it was sent, or as one edit left it. `payload` is what the request said."""

    time: float
    content: str
    embeds: list[Json]
    components: list[Json]
    flags: int
    payload: Json

    @property
    def allowed_mentions(self) -> Json | None:
        allowed: Json | None = self.payload.get("allowed_mentions")
        return allowed


@dataclass(eq=False, kw_only=True)
class MessageRecord:
    id: str
    channel: Channel
    author: User
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    mentions: Mentions = field(default_factory=Mentions)
    nonce: str | None = None
    #: Set for replies; `referenced` is the message itself, if it is one.
    reference: Json | None = None
    referenced: MessageRecord | None = None
    #: Fields of messages that answer an interaction: webhook_id, interaction_metadata, ...
    extras: Json = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    thread: Thread | None = None
    edited_at: float | None = None
    deleted_at: float | None = None
    #: From the oldest to the newest; the first one is how the message was sent.
    versions: list[Version] = field(default_factory=list)

    @property
    def edits(self) -> list[Version]:
        return self.versions[1:]

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it still says that the bot is thinking."""
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def is_system(self) -> bool:
        return self.type in {MessageType.THREAD_CREATED, MessageType.THREAD_STARTER}

    @property
    def pingable(self) -> User | None:
        """The author that this reply may ping; the answers to interactions cannot be pinged so.

        ("It does not apply to replies to slash command responses", says
        you-might-not-need-a-privileged-intent.mdx.)
        """
        replied_to = self.referenced
        if self.type != MessageType.REPLY or replied_to is None:
            return None
        return None if "webhook_id" in replied_to.extras else replied_to.author

    def remember(self, time: float, payload: Json) -> None:
        """Keep how the message looks now as its newest version."""
        version = Version(time, self.content, self.embeds, self.components, self.flags, payload)
        self.versions.append(version)

    def json(self, bot: User, *, all_content: bool = True, nested: bool = False) -> Json:
        """Make REST's message object.

        Without the message content intent (`all_content`) the bot finds these fields empty, unless
        the message is its own, mentions it or is in a direct message (gateway.mdx, "Message Content
        Intent"). Discord leaves the optional fields out instead of sending null.
        """
        shown = all_content or self._concerns(bot)
        message: Json = {
            "id": self.id,
            "channel_id": self.channel.id,
            "type": self.type.value,
            "author": self.author.json(),
            "content": self.content if shown else "",
            "embeds": self.embeds if shown else [],
            "attachments": self.attachments if shown else [],
            "components": self.components if shown else [],
            "timestamp": born(self.id),
            "edited_timestamp": None if self.edited_at is None else iso(self.edited_at),
            "flags": self.flags,
            "tts": False,
            "pinned": False,
            "mention_everyone": self.mentions.everyone,
            "mentions": [user.json() for user in self.mentions.users],
            "mention_roles": list(self.mentions.roles),
        }
        message |= self.extras
        if self.reactions:
            message["reactions"] = [self._reaction(emoji, bot) for emoji in self.reactions]
        if self.nonce is not None:
            message["nonce"] = self.nonce
        if self.thread is not None:
            message["thread"] = self.thread.json()
        if self.reference is not None:
            message["message_reference"] = self.reference
            if not nested and self.type != MessageType.THREAD_CREATED:
                message["referenced_message"] = self._referenced(bot, all_content=all_content)
        return message

    def _referenced(self, bot: User, *, all_content: bool) -> Json | None:
        if self.referenced is None or self.referenced.deleted_at is not None:
            return None  # the one field that is null: the message replied to is gone
        return self.referenced.json(bot, all_content=all_content, nested=True)

    def _concerns(self, bot: User) -> bool:
        direct = self.channel.recipient is not None
        return direct or self.author is bot or bot in self.mentions.users

    def _reaction(self, emoji: str, bot: User) -> Json:
        users = self.reactions[emoji]
        return {
            "emoji": {"id": None, "name": emoji},
            "count": len(users),
            "count_details": {"normal": len(users), "burst": 0},
            "me": bot.id in users,
            "me_burst": False,
            "burst_colors": [],
        }
