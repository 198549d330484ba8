"""The server itself: it listens on loopback, and gives tests its records and its levers."""

from __future__ import annotations

from typing import Any, Self

from aiohttp import web

from .account_routes import AccountRoutes
from .channel_routes import ChannelRoutes, Typing
from .faults import Faults
from .gateway import Gateway, Received
from .guild import Channel, Guild, Member, User
from .happenings import Happenings
from .interactions import InteractionRecord, Interactions
from .mentions import Ping
from .messages import MessageRecord
from .people import People
from .rest import API, RequestRecord, Rest
from .rules import Rules
from .waiting import News
from .wire import Json
from .world import World


class FakeDiscord(Rules, People):
    """A Discord of one guild, for the time of an `async with`.

        async with FakeDiscord() as fake:
            with pointed_at(fake):
                ...  # client.start(fake.token) in a task
                question = await fake.user_message(f"{fake.bot.mention} why?")
                await fake.wait(lambda: fake.bot_messages)

    Its attributes are of four kinds: the rules (`Rules`), what people do (`People`), what goes
    wrong (`fault`, `limit429`, `drop_gateway`, ...), and the records of what the bot did.
    """

    def __init__(self, **rules: Any) -> None:
        super().__init__(**rules)
        self.news = News()
        self.world = World(self)
        self.gateway = Gateway(self, self.world, self.news)
        self.happenings = Happenings(self.world, self.gateway, self.news)
        self.accounts = AccountRoutes(self, self.world, self.gateway)
        self.talks = Interactions(self, self.world, self.happenings)
        self._channels = ChannelRoutes(self, self.world, self.happenings)
        self._faults = Faults()
        self._rest = Rest(self, self._faults, self.news)
        self.wait = self.news.wait
        self.fault = self._faults.add
        self.limit429 = self._faults.limit
        self.drop_gateway = self.gateway.drop
        self.close_gateway = self.gateway.close
        self.reconnect = self.gateway.reconnect

    async def invalidate(self, resumable: bool) -> None:
        await self.gateway.invalidate(resumable=resumable)

    async def __aenter__(self) -> Self:
        app = web.Application()
        routes = [
            *self.accounts.routes(),
            *self._channels.routes(),
            *self.talks.routes(),
        ]
        self._rest.serve(app, routes)
        app.router.add_get("/gateway/", self.gateway.connect)
        app.router.add_get("/attachments/{rest:.*}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.world.files_url = f"http://127.0.0.1:{port}"
        self.api_url = self.world.files_url + API
        self.gateway.url = f"ws://127.0.0.1:{port}/gateway/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gateway.drop()
        await self._runner.cleanup()

    async def _download(self, request: web.Request) -> web.Response:
        content = self.world.files.get(request.path)
        return web.Response(body=content) if content is not None else web.Response(status=404)

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def guild(self) -> Guild:
        return self.world.guild

    @property
    def channel(self) -> Channel:
        return self.world.channel

    @property
    def other_channel(self) -> Channel:
        return self.world.other_channel

    @property
    def forum(self) -> Channel:
        return self.world.forum

    @property
    def admin(self) -> Member:
        """A member who may do everything."""
        return self.world.admin

    @property
    def member(self) -> Member:
        """A member with nothing but what @everyone may do."""
        return self.world.member

    @property
    def requests(self) -> list[RequestRecord]:
        return self._rest.requests

    @property
    def gateway_in(self) -> list[Received]:
        """What the bot sent to the gateway, from the first HEARTBEAT on."""
        return self.gateway.received

    @property
    def messages(self) -> dict[str, MessageRecord]:
        """All messages by their id, deleted and ephemeral ones too."""
        return self.world.messages

    @property
    def bot_messages(self) -> list[MessageRecord]:
        """The messages of the bot that are not deleted, in the order of their sending."""
        return [
            record
            for record in self.world.messages.values()
            if record.author is self.bot and record.deleted_at is None and not record.is_system
        ]

    @property
    def interactions(self) -> list[InteractionRecord]:
        return self.talks.records

    @property
    def commands(self) -> list[Json]:
        """The registered commands, those of the guild first."""
        return self.accounts.guild_commands + self.accounts.global_commands

    @property
    def typing(self) -> list[Typing]:
        return self._channels.typing

    @property
    def pings(self) -> list[Ping]:
        """Every message of the bot that notified somebody, other than the bot itself."""
        return self.world.pings

    @property
    def connected(self) -> bool:
        """Whether the bot has identified or resumed, and still listens."""
        return self.gateway.connected
