"""The Discord client: logs in, hears mentions, keeps the first index in the background."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp
import discord
from discord import app_commands
from yarl import URL

from bot.answering.answerer import Answerer
from bot.discord_front.commands import Reindex, add_commands
from bot.discord_front.live_reply import BelowMessage
from bot.discord_front.mentions import FetchMessage, is_question, read_question
from bot.discord_front.replying import reply
from bot.errors import DiscordLoginError
from retrieval.errors import RetrievalError

_NO_QUESTION = "Ask me something about the blog: mention me and write your question behind it."
_REFUSED = (
    "Discord refused the token; copy it again from the Bot page of your application "
    "(https://discord.com/developers/applications) into ASKBEN_DISCORD_TOKEN"
)
_TROUBLE = "Something went wrong with your question; my log tells the owner what."

OnConnection = Callable[[bool], None]

_log = logging.getLogger(__name__)


class AskBenClient(discord.Client):
    """Answers mentions and replies. Needs no privileged intent: Discord shows it those it is in."""

    def __init__(
        self,
        *,
        answerer: Answerer,
        reindex: Reindex,
        clock: Callable[[], datetime],
        on_connection: OnConnection = lambda _: None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True),
            # Nothing the bot ever says may ping anybody, whoever made it say so.
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._answerer = answerer
        self._reindex = reindex
        self._clock = clock
        self._on_connection = on_connection
        self._first_index: asyncio.Task[None] | None = None
        self._tree = app_commands.CommandTree(self)
        add_commands(self._tree, answerer=answerer, reindex=reindex, clock=clock)

    async def setup_hook(self) -> None:
        """Register the commands and begin the index, both before the first event."""
        self._first_index = asyncio.create_task(self._index_now())
        await self._tree.sync()

    async def on_ready(self) -> None:
        """Say that the bot can be asked."""
        _log.info("Logged in as %s in %d servers", self.user, len(self.guilds))

    async def on_connect(self) -> None:
        """Say that the gateway is there, for the first time or with a new session."""
        self._on_connection(True)

    async def on_resumed(self) -> None:
        """Say that the gateway is there again, with the session it had."""
        self._on_connection(True)

    async def on_disconnect(self) -> None:
        """Say that the gateway is gone; discord.py goes on trying."""
        self._on_connection(False)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that asks the bot. The outermost edge: nothing leaves it."""
        if self.user is None or not is_question(message, self.user.id):
            return
        place = BelowMessage(message)
        try:
            question = await read_question(
                message, self.user.id, now=self._clock(), fetch=_fetch_from(message)
            )
            if not question.text:
                await place.write(_NO_QUESTION)
                return
            async with message.channel.typing():
                await reply(self._answerer, question, place)
        except discord.Forbidden as error:
            _log.warning("Not allowed to answer in channel %s: %s", message.channel.id, error)
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and in the log
            _log.exception("A mention could not be answered")
            with suppress(discord.HTTPException, OSError):
                await place.write(_TROUBLE)

    async def close(self) -> None:
        """Leave Discord; an index that is being built is given up and costs nothing."""
        if self._first_index is not None:
            self._first_index.cancel()
            await asyncio.gather(self._first_index, return_exceptions=True)
        await super().close()

    async def _index_now(self) -> None:
        try:
            report = await self._reindex(lambda _: None)
        except RetrievalError as error:
            _log.error("The blog could not be indexed: %s", error)
            return
        _log.info("The index holds %d posts in %d chunks", report.posts, report.chunks)
        for page in report.failed:
            _log.warning("%s could not be indexed: it %s", page.post, page.why)


async def run_bot(
    *,
    token: str,
    api_url: str | None,
    answerer: Answerer,
    reindex: Reindex,
    on_connection: OnConnection = lambda _: None,
) -> None:
    """Run the bot until it is stopped (Ctrl-C or SIGTERM).

    `api_url` is the base of a Discord-compatible server's API. `on_connection` hears whether the
    gateway is there whenever it comes or goes. Raises DiscordLoginError.
    """
    if api_url:
        await point_at(api_url, token)
    client = AskBenClient(
        answerer=answerer,
        reindex=reindex,
        clock=lambda: datetime.now(UTC),
        on_connection=on_connection,
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    try:
        async with client:
            session = asyncio.create_task(client.start(token))
            stop = asyncio.create_task(stopping.wait())
            await asyncio.wait({session, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if stopping.is_set():
                await client.close()
            await session
    except discord.LoginFailure as error:
        raise DiscordLoginError(_REFUSED) from error
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
        raise DiscordLoginError(f"Discord cannot be reached ({error}); try again later") from error
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def point_at(api_url: str, token: str) -> None:
    """Let discord.py speak to another server than Discord. Raises DiscordLoginError."""
    base = api_url.rstrip("/")
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bot {token}"}) as session,
            session.get(f"{base}/gateway/bot") as response,
        ):
            if response.status == HTTPStatus.UNAUTHORIZED:
                raise DiscordLoginError(_REFUSED)
            gateway = URL((await response.json())["url"])
    except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError) as error:
        raise DiscordLoginError(
            f"The server of ASKBEN_DISCORD_API_URL, {base}, does not name its gateway ({error!r})"
        ) from error
    discord.http.Route.BASE = base
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway


def _fetch_from(message: discord.Message) -> FetchMessage:
    async def fetch(message_id: int) -> discord.Message | None:
        try:
            return await message.channel.fetch_message(message_id)
        except (discord.HTTPException, OSError):  # deleted, or hidden from the bot
            return None

    return fetch
