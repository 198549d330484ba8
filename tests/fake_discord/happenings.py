"""Things that happen: each changes the world and tells the gateway, whoever caused it."""

from __future__ import annotations

from collections.abc import Callable

from .gateway import Gateway
from .guild import Channel, Thread, User
from .messages import Draft, File, MessageRecord
from .waiting import News
from .wire import ChannelType, Intent, Json, MessageFlag, MessageType, Permission
from .world import World


class Happenings:
    """Used by the routes for what the bot does, and by the drivers for what people do."""

    def __init__(self, world: World, gateway: Gateway, news: News) -> None:
        self._world = world
        self._gateway = gateway
        self._news = news

    async def post(self, channel: Channel, draft: Draft) -> MessageRecord:
        if isinstance(channel, Thread) and channel.archived:
            channel.archived = False  # a new message unarchives (threads.mdx)
            await self.thread_changed(channel)
        record = self._world.post(channel, draft)
        await self._tell("MESSAGE_CREATE", record)
        return record

    async def edit(
        self,
        record: MessageRecord,
        payload: Json,
        files: list[File] | None = None,
        **default_mentions: Json,
    ) -> None:
        self._world.edit(record, payload, files, **default_mentions)
        await self._tell("MESSAGE_UPDATE", record)

    async def delete(self, record: MessageRecord) -> None:
        self._world.delete(record)
        gone = {"id": record.id, "channel_id": record.channel.id} | _place(record)
        await self._gateway.dispatch(
            "MESSAGE_DELETE", self._if_visible(record, lambda _: gone), intent=_intent(record)
        )

    async def react(
        self, record: MessageRecord, emoji: str, user: User, *, remove: bool = False
    ) -> None:
        users = record.reactions.setdefault(emoji, [])
        if (user.id in users) is not remove:
            return
        if remove:
            users.remove(user.id)
            if not users:
                del record.reactions[emoji]
        else:
            users.append(user.id)
        event = {
            "user_id": user.id,
            "channel_id": record.channel.id,
            "message_id": record.id,
            "message_author_id": record.author.id,
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
        } | _place(record)
        member = self._world.guild.members.get(user.id)
        if member is not None and record.channel.guild_id is not None and not remove:
            event["member"] = member.json()
        direct = record.channel.recipient is not None
        intent = Intent.DIRECT_MESSAGE_REACTIONS if direct else Intent.GUILD_MESSAGE_REACTIONS
        name = "MESSAGE_REACTION_REMOVE" if remove else "MESSAGE_REACTION_ADD"
        await self._gateway.dispatch(name, self._if_visible(record, lambda _: event), intent=intent)

    async def open_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        on: MessageRecord | None = None,
        private: bool = False,
        lasting: int = 1440,
    ) -> Thread:
        """Open a thread, on a message or (its id is new then) without one."""
        thread = self._world.new_thread(parent, name, owner, id_=on.id if on else None)
        thread.auto_archive_duration = lasting
        if private:
            thread.type = ChannelType.PRIVATE_THREAD
        created = thread.json() | {"newly_created": True}
        await self._gateway.dispatch("THREAD_CREATE", created, intent=Intent.GUILDS)
        if on is not None:
            on.thread = thread
            on.flags |= MessageFlag.HAS_THREAD
            await self._tell("MESSAGE_UPDATE", on)
            await self._start_with(on, thread, owner)
        elif parent.holds_messages and not private:
            announcement = Draft(
                author=owner,
                payload={"content": name},
                type=MessageType.THREAD_CREATED,
                reference={"type": 0, "channel_id": thread.id, "guild_id": thread.guild_id},
            )
            await self.post(parent, announcement)
        return thread

    async def _start_with(self, on: MessageRecord, thread: Thread, owner: User) -> None:
        """Post the first message of a thread on a message: it only points back (type 21)."""
        starter = Draft(
            author=owner,
            payload={},
            type=MessageType.THREAD_STARTER,
            replied_to=on,
            reference=reference_to(on),
        )
        await self.post(thread, starter)

    async def thread_changed(self, thread: Thread) -> None:
        await self._gateway.dispatch("THREAD_UPDATE", thread.json(), intent=Intent.GUILDS)

    async def channel_changed(self, channel: Channel) -> None:
        await self._gateway.dispatch("CHANNEL_UPDATE", channel.json(), intent=Intent.GUILDS)

    async def _tell(self, event: str, record: MessageRecord) -> None:
        def for_session(intents: int) -> Json:
            return self._event(record, all_content=bool(intents & Intent.MESSAGE_CONTENT))

        data = self._if_visible(record, for_session)
        await self._gateway.dispatch(event, data, intent=_intent(record))

    def _event(self, record: MessageRecord, *, all_content: bool) -> Json:
        """Make a message as events carry it: REST's object with the guild and members added.

        An ephemeral message has neither, and a webhook's has no member (gateway-events.mdx,
        "Message Create Extra Fields").
        """
        message = record.json(self._world.bot, all_content=all_content) | _place(record)
        message["channel_type"] = record.channel.type.value
        if "guild_id" not in message:
            return message
        members = self._world.guild.members
        author = members.get(record.author.id)
        if author is not None and "webhook_id" not in message:
            message["member"] = author.without_user()
        message["mentions"] = [
            user.json() | {"member": members[user.id].without_user()}
            for user in record.mentions.users
            if user.id in members
        ]
        return message

    def _if_visible(
        self, record: MessageRecord, data: Callable[[int], Json]
    ) -> Callable[[int], Json | None]:
        """Nothing is told of a channel that the bot cannot see."""
        visible = self._world.bot_permissions(record.channel) & Permission.VIEW_CHANNEL
        return data if visible or record.ephemeral else lambda _: None


def reference_to(record: MessageRecord) -> Json:
    reference: Json = {"type": 0, "message_id": record.id, "channel_id": record.channel.id}
    if record.channel.guild_id is not None:
        reference["guild_id"] = record.channel.guild_id
    return reference


def _place(record: MessageRecord) -> Json:
    """Events of direct and of ephemeral messages have no guild."""
    if record.channel.guild_id is None or record.ephemeral:
        return {}
    return {"guild_id": record.channel.guild_id}


def _intent(record: MessageRecord) -> Intent:
    """Ephemeral messages come with the direct ones (gateway-events.mdx, "Messages")."""
    return Intent.GUILD_MESSAGES if _place(record) else Intent.DIRECT_MESSAGES
