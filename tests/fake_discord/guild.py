"""Users, roles, members, channels and the guild they meet in, and who may do what where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .wire import ALL_PERMISSIONS, ChannelType, Json, Permission, born, iso

#: What Discord gives to @everyone in a new server. MENTION_EVERYONE is part of it, so a bot that
#: forgets allowed_mentions really pings.
EVERYONE_PERMISSIONS = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
)
#: Denying SEND_MESSAGES denies these too (permissions.mdx, "Implicit Permissions").
IMPLIED_BY_SENDING = Permission.MENTION_EVERYONE | Permission.EMBED_LINKS | Permission.ATTACH_FILES


@dataclass(eq=False)
class User:
    id: str
    name: str
    bot: bool = False
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def json(self) -> Json:
        user = {
            "id": self.id,
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0001" if self.bot else "0",
            "avatar": None,
            "public_flags": 0,
        }
        return user | {"bot": True} if self.bot else user


@dataclass(eq=False)
class Role:
    id: str
    name: str
    permissions: int
    position: int = 0
    mentionable: bool = False
    managed: bool = False

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"

    def json(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "position": self.position,
            "color": 0,
            "hoist": False,
            "managed": self.managed,
            "mentionable": self.mentionable,
            "flags": 0,
        }


@dataclass(eq=False)
class Member:
    user: User
    roles: list[Role] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def mention(self) -> str:
        return self.user.mention

    def json(self) -> Json:
        return {"user": self.user.json()} | self.without_user()

    def without_user(self) -> Json:
        """Return the partial member that messages, mentions and resolved data carry."""
        return {
            "nick": None,
            "avatar": None,
            "roles": [role.id for role in self.roles],
            "joined_at": born(self.user.id),
            "premium_since": None,
            "communication_disabled_until": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }


@dataclass(eq=False)
class Overwrite:
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Channel:
    """A text channel, a forum, or (without guild_id) a direct message channel."""

    id: str
    type: ChannelType
    name: str
    guild_id: str | None = None
    position: int = 0
    topic: str | None = None
    last_message_id: str | None = None
    recipient: User | None = None
    overwrites: dict[str, Overwrite] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def holds_messages(self) -> bool:
        return self.type != ChannelType.FORUM

    def json(self) -> Json:
        common: Json = {
            "id": self.id,
            "type": self.type.value,
            "flags": 0,
            "last_message_id": self.last_message_id,
        }
        if self.recipient is not None:
            return common | {"recipients": [self.recipient.json()]}
        return common | self._in_guild()

    def _in_guild(self) -> Json:
        return {
            "guild_id": self.guild_id,
            "name": self.name,
            "position": self.position,
            "topic": self.topic,
            "nsfw": False,
            "parent_id": None,
            "permission_overwrites": [
                {"id": id_, "type": 1, "allow": str(int(o.allow)), "deny": str(int(o.deny))}
                for id_, o in self.overwrites.items()
            ],
        }


@dataclass(eq=False, kw_only=True)
class Thread(Channel):
    parent: Channel
    owner_id: str
    created_at: float
    archived: bool = False
    locked: bool = False
    auto_archive_duration: int = 1440
    message_count: int = 0

    def _in_guild(self) -> Json:
        return {
            "guild_id": self.guild_id,
            "name": self.name,
            "parent_id": self.parent.id,
            "owner_id": self.owner_id,
            "message_count": self.message_count,
            "total_message_sent": self.message_count,
            "member_count": 1,
            "thread_metadata": {
                "archived": self.archived,
                "archive_timestamp": iso(self.created_at),
                "auto_archive_duration": self.auto_archive_duration,
                "locked": self.locked,
                "create_timestamp": iso(self.created_at),
            },
        }


@dataclass(eq=False)
class Guild:
    id: str
    name: str
    owner: User
    locale: str = "en-US"
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]  # the @everyone role has the id of its guild

    def permissions(self, member: Member, channel: Channel | None = None) -> int:
        """Compute what the member may do (permissions.mdx, "Permission Hierarchy")."""
        granted = int(self.everyone.permissions)
        for role in member.roles:
            granted |= role.permissions
        if member.user is self.owner or granted & Permission.ADMINISTRATOR:
            return ALL_PERMISSIONS
        return granted if channel is None else self._in_channel(granted, member, channel)

    def _in_channel(self, granted: int, member: Member, channel: Channel) -> int:
        place = channel.parent if isinstance(channel, Thread) else channel
        overwrite = place.overwrites.get(member.id, Overwrite())
        granted = granted & ~overwrite.deny | overwrite.allow
        if not granted & Permission.VIEW_CHANNEL:
            return 0
        sending = Permission.SEND_MESSAGES
        if isinstance(channel, Thread):
            sending = Permission.SEND_MESSAGES_IN_THREADS
        return granted if granted & sending else granted & ~IMPLIED_BY_SENDING

    def json(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner.id,
            "icon": None,
            "description": None,
            "features": [],
            "preferred_locale": self.locale,
            "roles": [role.json() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
        }

    def create_event(self, members: Iterable[Member]) -> Json:
        """Make the GUILD_CREATE of a session that may see these members."""
        threads = [c for c in self.channels.values() if isinstance(c, Thread)]
        channels = [c for c in self.channels.values() if not isinstance(c, Thread)]
        return self.json() | {
            "unavailable": False,
            "large": False,
            "joined_at": born(self.id),
            "member_count": len(self.members),
            "members": [member.json() for member in members],
            "channels": [channel.json() for channel in channels],
            "threads": [thread.json() for thread in threads if not thread.archived],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
