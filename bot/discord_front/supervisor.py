"""Runs the Discord client, another one after it where one fails, until the bot is stopped."""

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
from yarl import URL

from bot.answering.answerer import Answerer
from bot.discord_front.admission import Admission, Limits
from bot.discord_front.client import ANYWHERE, AskBenClient, Furnishing, OnConnection
from bot.discord_front.deciding import Policy
from bot.discord_front.reindexing import Reindexing
from bot.errors import DiscordLoginError
from bot.journal.votes import Votes

_REFUSED = (
    "Discord refused the token; copy it again from the Bot page of your application "
    "(https://discord.com/developers/applications) into ASKBEN_DISCORD_TOKEN"
)
_NO_CONTENT = (
    "Discord does not grant the message content intent; turn it on for the bot on the Bot page of "
    "your application, or set ASKBEN_DISCORD_MESSAGE_CONTENT to false"
)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds before another client starts

_log = logging.getLogger(__name__)


async def run_bot(
    *,
    token: str,
    api_url: str | None,
    answerer: Answerer,
    reindexing: Reindexing,
    votes: Votes,
    policy: Policy = ANYWHERE,
    message_content: bool = False,
    on_connection: OnConnection = lambda _: None,
    limits: Limits | None = None,
    furnishing: Furnishing | None = None,
    shards: int | None = None,
) -> None:
    """Run the bot until it is stopped (Ctrl-C or SIGTERM).

    `api_url` is the base of a Discord-compatible server's API. `on_connection` hears whether the
    gateway is there whenever it comes or goes. Raises DiscordLoginError.
    """
    if api_url:
        await point_at(api_url, token)

    def make_client() -> AskBenClient:
        return AskBenClient(
            answerer=answerer,
            reindexing=reindexing,
            votes=votes,
            clock=lambda: datetime.now(UTC),
            policy=policy,
            message_content=message_content,
            on_connection=on_connection,
            admission=admission,
            furnishing=furnishing,
            shards=shards,
        )

    furnishing = furnishing or Furnishing()
    admission = Admission(limits)  # one for all clients: a new one forgets nothing
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    try:
        await _keep_running(make_client, token, stopping)
    except discord.LoginFailure as error:
        raise DiscordLoginError(_REFUSED) from error
    except discord.PrivilegedIntentsRequired as error:
        raise DiscordLoginError(_NO_CONTENT) from error
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
        raise DiscordLoginError(f"Discord cannot be reached ({error}); try again later") from error
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def _keep_running(
    make_client: Callable[[], AskBenClient], token: str, stopping: asyncio.Event
) -> None:
    """Run clients one after the other until one is stopped or Discord refuses it."""
    pause = _FIRST_PAUSE
    while not stopping.is_set():
        async with make_client() as client:
            session = asyncio.create_task(client.start(token))
            stop = asyncio.create_task(stopping.wait())
            await asyncio.wait({session, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if stopping.is_set():
                await client.close()
            try:
                await session
                return
            except (discord.DiscordException, aiohttp.ClientError, OSError):
                raise
            except Exception:  # noqa: BLE001 - an event that discord.py cannot parse ends a client
                _log.exception("The Discord client failed; another one starts in %.0f s", pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


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
