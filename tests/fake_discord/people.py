"""What people do on Discord: they write, edit, delete, react, and use commands and buttons."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from . import commands
from .account_routes import AccountRoutes
from .gateway import Gateway
from .guild import Channel, Member, Role, Thread, User
from .happenings import Happenings, reference_to
from .interactions import InteractionRecord, Interactions
from .mentions import REGULAR, Mentions
from .messages import Draft, File, MessageRecord
from .waiting import News
from .wire import ChannelType, Intent, InteractionType, Json, MessageType, Permission
from .world import World

Person = Member | User
#: A message as the drivers take it: what `user_message` returned, a record, or an id.
MessageLike = Json | MessageRecord | str


class People:
    """The drivers. Where nobody is named, the plain member acts in the first text channel."""

    world: World
    happenings: Happenings
    accounts: AccountRoutes
    talks: Interactions
    gateway: Gateway
    news: News

    def record(self, message: MessageLike) -> MessageRecord:
        """Return everything that the fake remembers of a message."""
        if isinstance(message, MessageRecord):
            return message
        return self.world.messages[message if isinstance(message, str) else message["id"]]

    async def user_message(
        self,
        content: str,
        *,
        channel: Channel | None = None,
        author: Person | None = None,
        reply_to: MessageLike | None = None,
        ping: bool = True,
        mentions: Sequence[Person] | None = None,
        mention_everyone: bool = False,
        dm: bool = False,
        thread: Thread | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> Json:
        """Write a message, and return it as Discord shows it to its author.

        It mentions whom its content mentions, and whom it replies to unless `ping` is off, or else
        just those in `mentions`. `attachments` are file names with contents.
        """
        user = _user(author or self.world.member)
        place = thread or channel or (self.record(reply_to).channel if reply_to else None)
        if dm:
            place = self.world.direct_channel(user)
        draft = Draft(
            author=user,
            payload={"content": content},
            files=[File(name, data) for name, data in attachments],
            default_mentions=REGULAR | {"replied_user": ping},
            mention_everyone=mention_everyone,
        )
        if reply_to is not None:
            draft.type, draft.replied_to = MessageType.REPLY, self.record(reply_to)
            draft.reference = reference_to(draft.replied_to)
        if mentions is not None:
            draft.mentions = Mentions(tuple(map(_user, mentions)))
        record = await self.happenings.post(place or self.world.channel, draft)
        return record.json(self.world.bot)

    async def edit_message(self, message: MessageLike, content: str) -> Json:
        record = self.record(message)
        await self.happenings.edit(record, {"content": content})
        return record.json(self.world.bot)

    async def delete_message(self, message: MessageLike) -> None:
        await self.happenings.delete(self.record(message))

    async def react(self, message: MessageLike, emoji: str, member: Person | None = None) -> None:
        user = _user(member or self.world.member)
        await self.happenings.react(self.record(message), emoji, user)

    async def unreact(self, message: MessageLike, emoji: str, member: Person | None = None) -> None:
        user = _user(member or self.world.member)
        await self.happenings.react(self.record(message), emoji, user, remove=True)

    async def start_thread(
        self,
        name: str,
        *,
        message: MessageLike | None = None,
        channel: Channel | None = None,
        author: Person | None = None,
    ) -> Thread:
        """Start a thread on a message, or in a channel without one."""
        user = _user(author or self.world.member)
        if message is None:
            place = channel or self.world.channel
            return await self.happenings.open_thread(place, name, user)
        record = self.record(message)
        return await self.happenings.open_thread(record.channel, name, user, on=record)

    async def forum_post(self, title: str, content: str, *, author: Person | None = None) -> Json:
        """Open a thread in the forum, and return its first message."""
        user = _user(author or self.world.member)
        thread = await self.happenings.open_thread(self.world.forum, title, user)
        draft = Draft(author=user, payload={"content": content}, id=thread.id)
        record = await self.happenings.post(thread, draft)
        return record.json(self.world.bot)

    async def add_member(self, name: str, *roles: Role) -> Member:
        member = self.world.new_member(self.world.new_user(name), *roles)
        event = member.json() | {"guild_id": self.world.guild.id}
        await self.gateway.dispatch("GUILD_MEMBER_ADD", event, intent=Intent.GUILD_MEMBERS)
        return member

    async def add_role(self, name: str, *permissions: str, mentionable: bool = False) -> Role:
        """Add a role with permissions named as discord.py names them, such as "manage_guild"."""
        bits = Permission.named(*permissions)
        role = self.world.new_role(name, bits, mentionable=mentionable)
        event = {"guild_id": self.world.guild.id, "role": role.json()}
        await self.gateway.dispatch("GUILD_ROLE_CREATE", event, intent=Intent.GUILDS)
        return role

    async def add_channel(self, name: str, type_: ChannelType = ChannelType.TEXT) -> Channel:
        channel = self.world.new_channel(name, type_)
        await self.gateway.dispatch("CHANNEL_CREATE", channel.json(), intent=Intent.GUILDS)
        return channel

    async def deny(self, channel: Channel, *permissions: str) -> None:
        """Take permissions away from the bot in a channel and its threads."""
        self.world.overwrite_bot(channel, permissions, deny=True)
        await self.happenings.channel_changed(channel)

    async def allow(self, channel: Channel, *permissions: str) -> None:
        """Lift what `deny` did."""
        self.world.overwrite_bot(channel, permissions, deny=False)
        await self.happenings.channel_changed(channel)

    async def slash(
        self,
        name: str,
        /,
        *,
        member: Person | None = None,
        channel: Channel | None = None,
        **options: Any,
    ) -> InteractionRecord:
        """Use a registered slash command; "group command" names a subcommand.

        In a direct message with the bot if the person is a `User`, else in a channel. Raises
        `CommandNotShown` where Discord would not offer the command.
        """
        command, path, place, user = self._pick(name, commands.CHAT_INPUT, member, channel)
        data = commands.command_data(command, path, options, self._resolved(user))
        return await self._interact(InteractionType.COMMAND, data, place, user)

    async def autocomplete(
        self,
        name: str,
        focused: str,
        value: str,
        /,
        *,
        member: Person | None = None,
        channel: Channel | None = None,
        **options: Any,
    ) -> InteractionRecord:
        """Type a value into an option of a slash command."""
        command, path, place, user = self._pick(name, commands.CHAT_INPUT, member, channel)
        values = options | {focused: value}
        data = commands.command_data(command, path, values, self._resolved(user), focused=focused)
        return await self._interact(InteractionType.AUTOCOMPLETE, data, place, user)

    async def context_menu(
        self, name: str, target: MessageLike | Member, *, member: Person | None = None
    ) -> InteractionRecord:
        """Use a command of a message's or (with a `Member`) of a user's context menu."""
        on_user = isinstance(target, Member)
        type_ = commands.USER_COMMAND if on_user else commands.MESSAGE_COMMAND
        subject = target if isinstance(target, Member) else self.record(target)
        channel = subject.channel if isinstance(subject, MessageRecord) else None
        command, _, place, user = self._pick(name, type_, member, channel)
        data = commands.menu_data(command, subject, self._resolved(user), self.world.bot)
        return await self._interact(InteractionType.COMMAND, data, place, user)

    async def click(
        self,
        message: MessageLike,
        custom_id: str,
        *,
        member: Person | None = None,
        values: Sequence[str] | None = None,
    ) -> InteractionRecord:
        """Click a button, or choose values of a select menu."""
        record = self.record(message)
        component = commands.find_component(record.components, custom_id)
        if record.deleted_at is not None or component.get("disabled"):
            raise LookupError(f"{custom_id!r} is disabled or gone")
        data: Json = {"custom_id": custom_id, "component_type": component["type"]}
        if values is not None:
            data["values"] = list(values)
        user = member or record.channel.recipient or self.world.member
        return await self._interact(
            InteractionType.COMPONENT, data, record.channel, user, message=record
        )

    async def modal_submit(
        self, opened_by: InteractionRecord, /, **values: str
    ) -> InteractionRecord:
        """Submit the modal that the bot opened, with the texts of its inputs by custom id."""
        if opened_by.modal is None:
            raise LookupError("this interaction was not answered with a modal")
        data = commands.modal_data(opened_by.modal, values)
        return await self._interact(
            InteractionType.MODAL_SUBMIT,
            data,
            opened_by.channel,
            self.world.guild.members.get(opened_by.user.id, opened_by.user),
            message=opened_by.message,
        )

    def _pick(
        self, name: str, type_: int, member: Person | None, channel: Channel | None
    ) -> tuple[Json, list[str], Channel, Person]:
        user = member or self.world.member
        place = channel or self.world.channel
        if isinstance(user, User):
            place = self.world.direct_channel(user)
            permissions = 0
        else:
            permissions = self.world.guild.permissions(user, place)
        root, *path = name.split() if type_ == commands.CHAT_INPUT else [name]
        registered = self.accounts.guild_commands + self.accounts.global_commands
        command = commands.find_command(registered, root, type_, user, permissions)
        return command, path, place, user

    def _resolved(self, user: Person) -> commands.Resolved:
        return commands.Resolved(self.world.guild, user)

    async def _interact(
        self,
        type_: InteractionType,
        data: Json,
        channel: Channel,
        user: Person,
        *,
        message: MessageRecord | None = None,
    ) -> InteractionRecord:
        interaction = InteractionRecord(
            id=self.world.ids.new(),
            token=secrets.token_urlsafe(24),
            type=type_,
            user=_user(user),
            channel=channel,
            data=data,
            created_at=self.world.rules.now(),
            news=self.news,
            message=message,
        )
        self.talks.records.append(interaction)
        event = commands.interaction_event(
            id_=interaction.id,
            token=interaction.token,
            type_=type_,
            data=data,
            channel=channel,
            user=user,
            guild=self.world.guild,
            bot=self.world.bot,
            app_permissions=self.world.bot_permissions(channel),
        )
        if message is not None:
            event["message"] = message.json(self.world.bot)
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return interaction


def _user(person: Person) -> User:
    return person.user if isinstance(person, Member) else person
