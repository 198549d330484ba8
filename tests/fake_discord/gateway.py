"""The gateway: sessions over web sockets, events by intent, resuming with replay."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from .rules import Rules
from .waiting import News
from .wire import PRIVILEGED_INTENTS, Intent, Json
from .world import World

#: An event's data, or how to make it for a session with these intents (None: not for it).
EventData = Json | Callable[[int], Json | None]

HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME, REQUEST_MEMBERS = 1, 2, 3, 4, 6, 8
DISPATCH, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 7, 9, 10, 11


@dataclass(frozen=True, slots=True)
class Received:
    """One message that the bot sent to the gateway."""

    time: float
    op: int
    data: Any


@dataclass(frozen=True, slots=True)
class Sent:
    """One event of a session, kept so that a RESUME can replay it."""

    sequence: int
    event: str
    text: str


@dataclass(eq=False)
class Session:
    id: str
    intents: int
    shard: list[int] | None = None
    events: list[Sent] = field(default_factory=list)
    socket: Socket | None = None

    def keep(self, event: str, data: Json) -> Sent:
        sequence = len(self.events) + 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": sequence, "d": data})
        sent = Sent(sequence, event, text)
        self.events.append(sent)
        return sent


class Socket:
    """One connection. What can no longer be sent is dropped: RESUME is there to replay it."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self._transport = request.transport
        self._ws = ws
        self.session: Session | None = None

    async def send(self, text: str) -> None:
        try:
            await self._ws.send_str(text)
        except ConnectionError:
            self.cut()

    async def send_op(self, op: int, data: object = None) -> None:
        await self.send(json.dumps({"op": op, "d": data, "t": None, "s": None}))

    async def close(self, code: int) -> None:
        await self._ws.close(code=code)

    def cut(self) -> None:
        """Cut the connection, without any word."""
        if self._transport is not None:
            self._transport.abort()


class CloseSocket(Exception):
    """The bot sent something for which Discord closes the connection."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Gateway:
    """Text frames only, whatever `compress=` asks for: discord.py takes them as they come."""

    def __init__(self, rules: Rules, world: World, news: News) -> None:
        self._rules = rules
        self._world = world
        self._news = news
        self.received: list[Received] = []
        self.sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        self.url = ""

    @property
    def connected(self) -> bool:
        """Whether a bot has identified or resumed and still listens."""
        return any(session.socket is not None for session in self.sessions.values())

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one web socket from HELLO to its end."""
        if not self._rules.accept_gateway:
            return web.Response(status=503)
        ws = web.WebSocketResponse(timeout=1)
        await ws.prepare(request)
        socket = Socket(request, ws)
        self._sockets.add(socket)
        try:
            await socket.send_op(HELLO, {"heartbeat_interval": self._rules.heartbeat_interval})
            await self._listen(ws, socket)
        finally:
            self._forget(socket, ws.close_code)
        return ws

    async def _listen(self, ws: web.WebSocketResponse, socket: Socket) -> None:
        async for frame in ws:
            if frame.type != WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            received = Received(self._rules.now(), message["op"], message.get("d"))
            self.received.append(received)
            try:
                await self._handle(socket, received)
            except CloseSocket as closing:
                await socket.close(closing.code)
            self._news.changed()

    def _forget(self, socket: Socket, close_code: int | None) -> None:
        self._sockets.discard(socket)
        session = socket.session
        if session is not None and session.socket is socket:
            session.socket = None
            if close_code in {1000, 1001}:  # these end the session (gateway.mdx, "Initiating a...")
                self.sessions.pop(session.id, None)
        self._news.changed()

    async def _handle(self, socket: Socket, received: Received) -> None:
        if received.op == HEARTBEAT:
            if self._rules.ack_heartbeats:
                await socket.send_op(HEARTBEAT_ACK)
        elif received.op == IDENTIFY:
            await self._identify(socket, received.data)
        elif received.op == RESUME:
            await self._resume(socket, received.data)
        elif socket.session is None:
            raise CloseSocket(4003)
        elif received.op == REQUEST_MEMBERS:
            await self._send_members(socket.session, received.data)
        elif received.op not in {PRESENCE, VOICE_STATE}:
            raise CloseSocket(4001)

    async def _identify(self, socket: Socket, data: Json) -> None:
        if socket.session is not None:
            raise CloseSocket(4005)
        if data["token"] != self._rules.token:
            raise CloseSocket(4004)
        intents = data["intents"]
        if intents & PRIVILEGED_INTENTS & ~self._rules.privileged_intents_allowed:
            raise CloseSocket(4014)
        session = Session(secrets.token_hex(16), intents, data.get("shard"))
        session.socket, socket.session = socket, session
        self.sessions[session.id] = session
        await self._tell(session, "READY", self._ready(session))
        if intents & Intent.GUILDS:
            guild = self._world.guild
            seen = [self._world.bot_member]  # the others need the members intent
            if intents & Intent.GUILD_MEMBERS:
                seen = list(guild.members.values())
            await self._tell(session, "GUILD_CREATE", guild.create_event(seen))

    def _ready(self, session: Session) -> Json:
        shard = {"shard": session.shard} if session.shard else {}
        return shard | {
            "v": 10,
            "user": self._world.bot.json() | {"verified": True, "mfa_enabled": False},
            "guilds": [{"id": self._world.guild.id, "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": self._world.bot.id, "flags": application_flags(self._rules)},
        }

    async def _resume(self, socket: Socket, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if data["token"] != self._rules.token:
            raise CloseSocket(4004)
        if session is None or not self._rules.accept_resume:
            await socket.send_op(INVALID_SESSION, data=False)
            return
        heard = data["seq"] or 0
        if heard > len(session.events):
            raise CloseSocket(4007)
        while heard < len(session.events):  # events may arrive while others are being replayed
            await socket.send(session.events[heard].text)
            heard += 1
        session.socket, socket.session = socket, session
        await self._tell(session, "RESUMED", {})

    async def _send_members(self, session: Session, asked: Json) -> None:
        wanted = {str(id_) for id_ in asked.get("user_ids") or []}
        query, limit = asked.get("query") or "", asked.get("limit") or len(self._world.users)
        members = [
            member.json()
            for member in self._world.guild.members.values()
            if (member.id in wanted if wanted else member.user.name.startswith(query))
        ]
        chunk = {
            "guild_id": self._world.guild.id,
            "members": members[:limit],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": asked.get("nonce"),
        }
        await self._tell(session, "GUILD_MEMBERS_CHUNK", chunk)

    async def _tell(self, session: Session, event: str, data: Json) -> None:
        sent = session.keep(event, data)
        if session.socket is not None:
            await session.socket.send(sent.text)

    async def dispatch(self, event: str, data: EventData, *, intent: int = 0) -> None:
        """Send an event to every session that asked for the intent, and keep it for a RESUME."""
        for session in list(self.sessions.values()):
            if intent and not session.intents & intent:
                continue
            seen = data(session.intents) if callable(data) else data
            if seen is not None:
                await self._tell(session, event, seen)
        self._news.changed()

    def drop(self) -> None:
        """Cut every connection as a broken network would. The sessions live on."""
        for socket in list(self._sockets):
            self._leave(socket)
            socket.cut()

    async def close(self, code: int) -> None:
        """Close every connection with a close code."""
        for socket in list(self._sockets):
            self._leave(socket)
            await socket.close(code)

    async def reconnect(self) -> None:
        """Ask every bot to reconnect and resume."""
        await self._to_all(RECONNECT, None)

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell every bot that its session is invalid; a resumable one is still there."""
        if not resumable:
            self.sessions.clear()
        await self._to_all(INVALID_SESSION, resumable)

    async def _to_all(self, op: int, data: object) -> None:
        await asyncio.gather(*(socket.send_op(op, data) for socket in list(self._sockets)))

    def _leave(self, socket: Socket) -> None:
        """From here on the session's events wait for a RESUME."""
        if socket.session is not None and socket.session.socket is socket:
            socket.session.socket = None


def application_flags(rules: Rules) -> int:
    """Show the portal's toggles as flags of the application, for a bot in few guilds."""
    limited = {Intent.GUILD_PRESENCES: 13, Intent.GUILD_MEMBERS: 15, Intent.MESSAGE_CONTENT: 19}
    allowed = rules.privileged_intents_allowed
    return sum(1 << bit for intent, bit in limited.items() if allowed & intent)
