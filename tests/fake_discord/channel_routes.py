"""The routes of channels: messages, threads, reactions, typing, with the permissions they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .guild import Channel, Thread
from .happenings import Happenings, reference_to
from .messages import Draft, MessageRecord
from .rest import Answer, Call, Result, Route
from .rules import Rules
from .validation import check_payload, check_thread_name
from .wire import (
    ApiError,
    ChannelType,
    Json,
    MessageType,
    Permission,
    Refusal,
    invalid_form,
)
from .world import World

MESSAGES = "/channels/{channel}/messages"
MESSAGE = MESSAGES + "/{message}"
THREAD_CHANNELS = {ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD}


@dataclass(frozen=True, slots=True)
class Typing:
    """The bot said that it is typing."""

    channel: str
    time: float


class ChannelRoutes:
    def __init__(self, rules: Rules, world: World, happenings: Happenings) -> None:
        self._rules = rules
        self._world = world
        self._happenings = happenings
        self.typing: list[Typing] = []

    def routes(self) -> list[Route]:
        reaction = MESSAGE + "/reactions/{emoji}/@me"
        return [
            Route("GET", "/channels/{channel}", self.show),
            Route("PATCH", "/channels/{channel}", self.change),
            Route("POST", "/channels/{channel}/typing", self.type),
            Route("GET", MESSAGES, self.history),
            Route("POST", MESSAGES, self.send),
            Route("GET", MESSAGE, self.read),
            Route("PATCH", MESSAGE, self.edit),
            Route("DELETE", MESSAGE, self.delete),
            Route("PUT", reaction, self.react),
            Route("DELETE", reaction, self.unreact),
            Route("POST", MESSAGE + "/threads", self.open_thread_on_message),
            Route("POST", "/channels/{channel}/threads", self.open_thread),
            Route("PUT", "/channels/{channel}/thread-members/@me", self.join_thread),
        ]

    def _channel(self, call: Call, *needed: Permission) -> Channel:
        """Find the channel of the path, if the bot may see it and has the permissions needed."""
        channel = self._world.find_channel(call.params["channel"])
        if not self._may(channel, Permission.VIEW_CHANNEL):
            raise ApiError(Refusal.MISSING_ACCESS)
        for permission in needed:
            if not self._may(channel, permission):
                raise ApiError(Refusal.MISSING_PERMISSIONS)
        return channel

    def _may(self, channel: Channel, permission: Permission) -> bool:
        return bool(self._world.bot_permissions(channel) & permission)

    def _message(self, call: Call, *needed: Permission) -> MessageRecord:
        channel = self._channel(call, *needed)
        return self._world.find_message(call.params["message"], channel)

    def _json(self, record: MessageRecord) -> Json:
        all_content = self._rules.message_content_intent
        return record.json(self._world.bot, all_content=all_content)

    async def show(self, call: Call) -> Result:
        return self._channel(call).json()

    async def change(self, call: Call) -> Result:
        channel = self._channel(call)
        if not isinstance(channel, Thread):
            self._channel(call, Permission.MANAGE_CHANNELS)
            channel.name = call.json.get("name") or channel.name
            channel.topic = call.json.get("topic", channel.topic)
            await self._happenings.channel_changed(channel)
            return channel.json()
        if channel.owner_id != self._world.bot.id or "locked" in call.json:
            self._channel(call, Permission.MANAGE_THREADS)
        if "name" in call.json:
            channel.name = check_thread_name(call.json["name"])
        for change in ("archived", "locked", "auto_archive_duration"):
            setattr(channel, change, call.json.get(change, getattr(channel, change)))
        await self._happenings.thread_changed(channel)
        return channel.json()

    async def type(self, call: Call) -> Result:
        channel = self._world.find_channel(call.params["channel"])
        self._channel(call, _sending(channel))
        self.typing.append(Typing(channel.id, self._rules.now()))
        return None

    async def history(self, call: Call) -> Result:
        channel = self._channel(call)
        if not self._may(channel, Permission.READ_MESSAGE_HISTORY):
            return []  # "no messages will be returned" (message.mdx, "Get Channel Messages")
        limit = int(call.query.get("limit", 50))
        if not 1 <= limit <= 100:
            message = "int value should be between 1 and 100."
            raise invalid_form("limit", "NUMBER_TYPE_RANGE", message)
        records = _page(self._world.messages_in(channel), dict(call.query), limit)
        return [self._json(record) for record in reversed(records)]

    async def read(self, call: Call) -> Result:
        return self._json(self._message(call, Permission.READ_MESSAGE_HISTORY))

    async def send(self, call: Call) -> Result:
        channel = self._world.find_channel(call.params["channel"])
        self._channel(call, _sending(channel))
        if not channel.holds_messages:
            raise ApiError(Refusal.NOT_A_TEXT_CHANNEL)
        locked = isinstance(channel, Thread) and channel.locked
        if locked and not self._may(channel, Permission.MANAGE_THREADS):
            raise ApiError(Refusal.THREAD_LOCKED)
        if channel.recipient is not None and channel.recipient.id in self._rules.closed_dms:
            raise ApiError(Refusal.CANNOT_MESSAGE_USER)
        already = self._world.with_nonce(self._world.bot, call.json)
        if already is not None:
            return self._json(already)
        draft = self._draft(channel, call)
        return self._json(await self._happenings.post(channel, draft))

    def _draft(self, channel: Channel, call: Call, payload: Json | None = None) -> Draft:
        payload = self._allowed_payload(channel, call.json if payload is None else payload)
        if call.files and not self._may(channel, Permission.ATTACH_FILES):
            raise ApiError(Refusal.MISSING_PERMISSIONS)
        draft = Draft(author=self._world.bot, payload=payload, files=call.files)
        replied_to = self._replied_to(channel, payload.get("message_reference"))
        if replied_to is not None:
            draft.type, draft.replied_to = MessageType.REPLY, replied_to
            draft.reference = reference_to(replied_to)
        return draft

    def _allowed_payload(self, channel: Channel, payload: Json, *, new: bool = True) -> Json:
        """Check the payload, and take its embeds away where the bot may not embed links.

        Only a new message of nothing but embeds is refused then. From all others Discord takes the
        embeds away without a word (discord-api-docs, issues 2601 and 5648).
        """
        check_payload(payload)
        if not payload.get("embeds") or self._may(channel, Permission.EMBED_LINKS):
            return payload
        if new and not (payload.get("content") or "").strip():
            raise ApiError(Refusal.MISSING_PERMISSIONS)
        return payload | {"embeds": []}

    def _replied_to(self, channel: Channel, reference: Json | None) -> MessageRecord | None:
        if reference is None:
            return None
        if not self._may(channel, Permission.READ_MESSAGE_HISTORY):
            raise ApiError(Refusal.NO_HISTORY_TO_REPLY)
        try:
            record = self._world.find_message(str(reference["message_id"]), channel)
        except ApiError:
            if reference.get("fail_if_not_exists", True):
                where, message = "message_reference", "Unknown message"
                raise invalid_form(where, "REPLIES_UNKNOWN_MESSAGE", message) from None
            return None
        if record.is_system:
            code = "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"
            raise invalid_form("message_reference", code, "Cannot reply to a system message")
        return record

    async def edit(self, call: Call) -> Result:
        record = self._message(call)
        if isinstance(record.channel, Thread) and record.channel.archived:
            raise ApiError(Refusal.ARCHIVED_THREAD)
        if record.author is not self._world.bot:
            raise ApiError(Refusal.AUTHORED_BY_ANOTHER_USER)
        payload = self._allowed_payload(record.channel, call.json, new=False)
        await self._happenings.edit(record, payload, call.files)
        return self._json(record)

    async def delete(self, call: Call) -> Result:
        record = self._message(call)
        if record.author is not self._world.bot:
            self._channel(call, Permission.MANAGE_MESSAGES)
        await self._happenings.delete(record)
        return None

    async def react(self, call: Call) -> Result:
        needed = [Permission.READ_MESSAGE_HISTORY]
        record = self._message(call, *needed)
        if call.params["emoji"] not in record.reactions:  # joining others needs no permission
            self._message(call, Permission.ADD_REACTIONS)
        await self._happenings.react(record, call.params["emoji"], self._world.bot)
        return None

    async def unreact(self, call: Call) -> Result:
        record, emoji = self._message(call), call.params["emoji"]
        await self._happenings.react(record, emoji, self._world.bot, remove=True)
        return None

    async def open_thread_on_message(self, call: Call) -> Result:
        record = self._message(call, Permission.CREATE_PUBLIC_THREADS)
        if record.channel.type != ChannelType.TEXT:
            raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
        if record.thread is not None:
            raise ApiError(Refusal.THREAD_EXISTS)
        return await self._open_thread(record.channel, call, on=record)

    async def open_thread(self, call: Call) -> Result:
        channel = self._channel(call)
        if channel.type == ChannelType.FORUM:
            return await self._open_post(channel, call)
        if channel.type != ChannelType.TEXT:
            raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
        # The type defaults to a private thread (channel.mdx, "Start Thread without Message").
        private = call.json.get("type", ChannelType.PRIVATE_THREAD) == ChannelType.PRIVATE_THREAD
        kind = "PRIVATE" if private else "PUBLIC"
        self._channel(call, Permission[f"CREATE_{kind}_THREADS"])
        return await self._open_thread(channel, call, private=private)

    async def _open_thread(
        self,
        channel: Channel,
        call: Call,
        *,
        on: MessageRecord | None = None,
        private: bool = False,
    ) -> Answer:
        name = check_thread_name(call.json.get("name"))
        lasting = call.json.get("auto_archive_duration") or 1440
        thread = await self._happenings.open_thread(
            channel, name, self._world.bot, on=on, private=private, lasting=lasting
        )
        return Answer(thread.json(), 201)

    async def _open_post(self, forum: Channel, call: Call) -> Answer:
        """Open a thread in a forum; its first message has the thread's id."""
        self._channel(call, Permission.SEND_MESSAGES)
        name = check_thread_name(call.json.get("name"))
        draft = self._draft(forum, call, call.json["message"])
        thread = await self._happenings.open_thread(forum, name, self._world.bot)
        draft.id = thread.id
        first = await self._happenings.post(thread, draft)
        return Answer(thread.json() | {"message": self._json(first)}, 201)

    async def join_thread(self, call: Call) -> Result:
        if self._channel(call).type not in THREAD_CHANNELS:
            raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
        return None


def _sending(channel: Channel) -> Permission:
    if isinstance(channel, Thread):
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES


def _page(records: list[MessageRecord], query: dict[str, Any], limit: int) -> list[MessageRecord]:
    """Pick those before, after or around an id, or the newest; oldest first."""
    if "before" in query:
        return [r for r in records if int(r.id) < int(query["before"])][-limit:]
    if "after" in query:
        return [r for r in records if int(r.id) > int(query["after"])][:limit]
    if "around" in query:
        middle = int(query["around"])
        older = [r for r in records if int(r.id) < middle][-(limit // 2) :] if limit > 1 else []
        newer = [r for r in records if int(r.id) >= middle]
        return older + newer[: limit - len(older)]
    return records[-limit:]
