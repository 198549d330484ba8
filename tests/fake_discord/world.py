"""Everything that exists in the fake: the guild with its people and channels, and the messages."""

from __future__ import annotations

from dataclasses import replace

from .guild import EVERYONE_PERMISSIONS, Channel, Guild, Member, Overwrite, Role, Thread, User
from .mentions import REGULAR, Mentions, Ping, find_mentions
from .messages import Draft, File, MessageRecord
from .rules import Rules
from .validation import as_stored, edited_flags, fresh_flags, is_empty
from .wire import (
    ALL_PERMISSIONS,
    ApiError,
    ChannelType,
    Json,
    MessageFlag,
    Permission,
    Refusal,
    Snowflakes,
)


class World:
    """The state, and the changes of it that keep it whole. It tells nobody; `Happenings` does."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.ids = Snowflakes(rules.now)
        self.users: dict[str, User] = {}
        self.direct: dict[str, Channel] = {}
        self.messages: dict[str, MessageRecord] = {}
        self.pings: list[Ping] = []
        self.files: dict[str, bytes] = {}
        self.files_url = ""
        self._nonces: dict[tuple[str, str], MessageRecord] = {}
        self._furnish()

    def _furnish(self) -> None:
        owner = self.new_user("owner")
        self.guild = Guild(self.ids.new(), "The Reading Room", owner)
        everyone = Role(self.guild.id, "@everyone", EVERYONE_PERMISSIONS)
        self.guild.roles[everyone.id] = everyone
        self.bot = self.new_user("askBen", bot=True)
        bot_role = self.new_role("askBen", 0, managed=True)
        self.admin_role = self.new_role("admin", Permission.ADMINISTRATOR)
        self.new_member(owner)
        self.bot_member = self.new_member(self.bot, bot_role)
        self.admin = self.new_member(self.new_user("ada"), self.admin_role)
        self.member = self.new_member(self.new_user("max"))
        self.channel = self.new_channel("general")
        self.other_channel = self.new_channel("off-topic")
        self.forum = self.new_channel("questions", ChannelType.FORUM)

    def new_user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.ids.new(), name, bot)
        self.users[user.id] = user
        return user

    def new_role(
        self, name: str, permissions: int, *, mentionable: bool = False, managed: bool = False
    ) -> Role:
        role = Role(self.ids.new(), name, permissions, len(self.guild.roles), mentionable, managed)
        self.guild.roles[role.id] = role
        return role

    def new_member(self, user: User, *roles: Role) -> Member:
        member = Member(user, list(roles))
        self.guild.members[user.id] = member
        return member

    def new_channel(self, name: str, type_: ChannelType = ChannelType.TEXT) -> Channel:
        position = len(self.guild.channels)
        channel = Channel(self.ids.new(), type_, name, self.guild.id, position)
        self.guild.channels[channel.id] = channel
        return channel

    def new_thread(self, parent: Channel, name: str, owner: User, *, id_: str | None) -> Thread:
        thread = Thread(
            id=id_ or self.ids.new(),
            type=ChannelType.PUBLIC_THREAD,
            name=name,
            guild_id=self.guild.id,
            parent=parent,
            owner_id=owner.id,
            created_at=self.rules.now(),
        )
        self.guild.channels[thread.id] = thread
        return thread

    def direct_channel(self, user: User) -> Channel:
        """Return the one direct message channel of the bot with a user."""
        for channel in self.direct.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.new(), ChannelType.DM, user.name, recipient=user)
        self.direct[channel.id] = channel
        return channel

    def find_channel(self, id_: str) -> Channel:
        channel = self.guild.channels.get(id_) or self.direct.get(id_)
        if channel is None:
            raise ApiError(Refusal.UNKNOWN_CHANNEL)
        return channel

    def find_message(self, id_: str, channel: Channel | None = None) -> MessageRecord:
        """Find a message that is there to see, not deleted and not ephemeral."""
        record = self.messages.get(id_)
        if record is None or record.deleted_at is not None or record.ephemeral:
            raise ApiError(Refusal.UNKNOWN_MESSAGE)
        if channel is not None and record.channel is not channel:
            raise ApiError(Refusal.UNKNOWN_MESSAGE)
        return record

    def messages_in(self, channel: Channel) -> list[MessageRecord]:
        """List the messages that REST shows of a channel, from the oldest to the newest."""
        return [
            record
            for record in self.messages.values()
            if record.channel is channel and record.deleted_at is None and not record.ephemeral
        ]

    def bot_permissions(self, channel: Channel) -> int:
        if channel.recipient is not None:
            return ALL_PERMISSIONS
        return self.guild.permissions(self.bot_member, channel)

    def overwrite_bot(self, channel: Channel, names: tuple[str, ...], *, deny: bool) -> None:
        """Deny the bot permissions in a channel, or lift the denial again."""
        overwrite = channel.overwrites.setdefault(self.bot.id, Overwrite())
        for name in names:
            bit = Permission.named(name)
            overwrite.deny = overwrite.deny | bit if deny else overwrite.deny & ~bit

    def with_nonce(self, author: User, payload: Json) -> MessageRecord | None:
        """Find the message sent with this nonce before, if the request enforces it."""
        if not payload.get("enforce_nonce") or payload.get("nonce") is None:
            return None
        return self._nonces.get((author.id, str(payload["nonce"])))

    def post(self, channel: Channel, draft: Draft) -> MessageRecord:
        """Add a message; its payload has been checked, save that something must be in it."""
        payload = as_stored(draft.payload)
        flags = fresh_flags(payload) | draft.flags
        record = MessageRecord(
            id=draft.id or self.ids.new(),
            channel=channel,
            author=draft.author,
            type=draft.type,
            content=payload.get("content", ""),
            embeds=_shown(payload.get("embeds", []), flags),
            components=payload.get("components", []),
            flags=flags,
            nonce=None if payload.get("nonce") is None else str(payload["nonce"]),
            reference=draft.reference,
            referenced=draft.replied_to,
            extras=draft.extras,
        )
        record.attachments = self._attach(channel, draft.files, payload)
        stickers = payload.get("sticker_ids") or payload.get("poll")
        if not record.loading and not record.is_system:
            _refuse_empty(record, stickers)
        self.messages[record.id] = record
        record.remember(self.rules.now(), draft.payload)
        self._mention(record, draft.payload, draft.default_mentions, edited=False)
        if draft.mentions is not None:
            record.mentions = draft.mentions
        if draft.mention_everyone:
            record.mentions = replace(record.mentions, everyone=True)
        channel.last_message_id = record.id
        if isinstance(channel, Thread) and not record.is_system:
            channel.message_count += 1
        if record.nonce is not None:
            self._nonces[record.author.id, record.nonce] = record
        return record

    def edit(
        self,
        record: MessageRecord,
        payload: Json,
        files: list[File] | None = None,
        default_mentions: Json = REGULAR,
    ) -> None:
        """Change what the payload names; the first edit of a loading message only fills it."""
        given = as_stored(payload)
        content = given.get("content", record.content)
        flags = edited_flags(record.flags, given) & ~MessageFlag.LOADING
        embeds = _shown(given.get("embeds", record.embeds), flags)
        components = given.get("components", record.components)
        attachments = record.attachments
        if given.get("attachments") is not None:
            kept = {str(attachment.get("id")) for attachment in given["attachments"]}
            attachments = [a for a in attachments if a["id"] in kept]
        attachments = attachments + self._attach(record.channel, files or [], given)
        if is_empty(content, embeds, components, attachments):
            raise ApiError(Refusal.EMPTY_MESSAGE)
        fills = record.loading
        record.content, record.embeds, record.components = content, embeds, components
        record.attachments, record.flags = attachments, flags
        if not fills and given.keys() - {"flags", "allowed_mentions", "tts"}:
            record.edited_at = self.rules.now()
        record.remember(self.rules.now(), payload)
        if "content" in given:
            self._mention(record, payload, default_mentions, edited=True)

    def delete(self, record: MessageRecord) -> None:
        record.deleted_at = self.rules.now()
        if isinstance(record.channel, Thread):
            record.channel.message_count -= 1

    def _attach(self, channel: Channel, files: list[File], payload: Json) -> list[Json]:
        described = {
            str(attachment.get("id")): attachment.get("description")
            for attachment in payload.get("attachments") or []
        }
        attachments = []
        for number, file in enumerate(files):
            id_ = self.ids.new()
            path = f"/attachments/{channel.id}/{id_}/{file.name}"
            self.files[path] = file.content
            attachment: Json = {
                "id": id_,
                "filename": file.name,
                "size": len(file.content),
                "url": self.files_url + path,
                "proxy_url": self.files_url + path,
                "content_type": file.content_type,
            }
            if described.get(str(number)):
                attachment["description"] = described[str(number)]
            attachments.append(attachment)
        return attachments

    def _mention(
        self, record: MessageRecord, payload: Json, default: Json, *, edited: bool
    ) -> None:
        allowed = payload.get("allowed_mentions")
        record.mentions = find_mentions(
            record.content,
            default if allowed is None else allowed,
            known=self._present(record.channel),
            guild=None if record.channel.recipient else self.guild,
            may_mention_all=self._may_mention_all(record),
            replied_to=record.pingable,
        )
        if record.author is self.bot:
            self._ping(record, record.mentions, edited=edited)

    def _present(self, channel: Channel) -> list[User]:
        if channel.recipient is not None:
            return [channel.recipient, self.bot]
        return [member.user for member in self.guild.members.values()]

    def _may_mention_all(self, record: MessageRecord) -> bool:
        member = self.guild.members.get(record.author.id)
        if record.channel.recipient is not None or member is None:
            return False
        return bool(self.guild.permissions(member, record.channel) & Permission.MENTION_EVERYONE)

    def _ping(self, record: MessageRecord, mentions: Mentions, *, edited: bool) -> None:
        users = tuple(user.id for user in mentions.users if user is not self.bot)
        if users or mentions.roles or mentions.everyone:
            ping = Ping(record.id, users, mentions.roles, mentions.everyone, edited)
            self.pings.append(ping)


def _shown(embeds: list[Json], flags: int) -> list[Json]:
    return [] if flags & MessageFlag.SUPPRESS_EMBEDS else embeds


def _refuse_empty(record: MessageRecord, other: object) -> None:
    if is_empty(record.content, record.embeds, record.components, record.attachments, other):
        raise ApiError(Refusal.EMPTY_MESSAGE)
