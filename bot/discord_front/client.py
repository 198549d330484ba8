"""The Discord client: logs in, hears mentions, keeps the first index in the background."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp
import discord
from discord import app_commands
from yarl import URL

from bot.answering.answerer import Answerer
from bot.discord_front.admission import Admission, Asker, Limits
from bot.discord_front.answer_card import AnswerCards, CardButton
from bot.discord_front.asking import add_asking, add_help
from bot.discord_front.commands import add_error_reply
from bot.discord_front.conversations import Conversations
from bot.discord_front.deciding import Policy, decide
from bot.discord_front.live_reply import BelowMessage
from bot.discord_front.mentions import FetchEarlier, FetchMessage, hear, read_question
from bot.discord_front.pace import Pace
from bot.discord_front.reindexing import Reindexing, add_reindex
from bot.discord_front.replying import Desk, reply
from bot.errors import DiscordLoginError
from bot.journal.votes import Votes

_NO_QUESTION = "Ask me something about the blog: mention me and write your question behind it."
_REFUSED = (
    "Discord refused the token; copy it again from the Bot page of your application "
    "(https://discord.com/developers/applications) into ASKBEN_DISCORD_TOKEN"
)
_NO_CONTENT = (
    "Discord does not grant the message content intent; turn it on for the bot on the Bot page of "
    "your application, or set ASKBEN_DISCORD_MESSAGE_CONTENT to false"
)
_TROUBLE = "Something went wrong with your question; my log tells the owner what."

_ANYWHERE = Policy()
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds before another client starts
_LAST_ANSWERS = 7.0  # seconds; those who stop containers wait for ten
OnConnection = Callable[[bool], None]

_log = logging.getLogger(__name__)


class AskBenClient(discord.Client):
    """Answers mentions and replies. Needs no privileged intent: Discord shows it those it is in.

    `policy` says where and whom it answers. With `message_content`, it asks for that intent and
    follows the threads that it opened.
    """

    def __init__(
        self,
        *,
        answerer: Answerer,
        reindexing: Reindexing,
        votes: Votes,
        clock: Callable[[], datetime],
        policy: Policy = _ANYWHERE,
        message_content: bool = False,
        on_connection: OnConnection = lambda _: None,
        admission: Admission | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(
                guilds=True,
                guild_messages=True,
                dm_messages=policy.direct,
                message_content=message_content,
            ),
            # Nothing the bot ever says may ping anybody, whoever made it say so.
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._clock = clock
        self._policy = policy
        self._conversations = Conversations(self._answer)
        self._on_connection = on_connection
        self._tree = app_commands.CommandTree(self)
        self.cards = AnswerCards(votes, clock)
        self._desk = Desk(answerer, self.cards, admission or Admission(), Pace())
        self.add_dynamic_items(CardButton)
        add_asking(self._tree, desk=self._desk, clock=clock, policy=policy)
        add_help(self._tree, votes)
        add_reindex(self._tree, reindexing)
        add_error_reply(self._tree)

    async def setup_hook(self) -> None:
        """Register the commands before the first event."""
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
        """Answer a message that asks the bot."""
        if self._is_question(message):
            self._conversations.ask(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer an edited question again."""
        if self._is_question(payload.message):
            self._conversations.edit(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take back the answer to a question that was deleted."""
        await self._conversations.delete(payload.message_id)

    @property
    def _id(self) -> int:
        return self.user.id if self.user else 0  # it is known from the login on

    def _is_question(self, message: discord.Message) -> bool:
        return decide(hear(message), self._policy, self._id).answer

    async def _answer(self, messages: Sequence[discord.Message], place: BelowMessage) -> None:
        """Answer messages that ask together. The outermost edge: nothing leaves it."""
        first = messages[0]
        try:
            async with first.channel.typing():
                question = await read_question(
                    messages,
                    self._id,
                    now=self._clock(),
                    fetch=_fetch_from(first),
                    earlier=_fetch_before(first),
                )
                if question.text:
                    asker = Asker(first.author.id, first.guild.id if first.guild else 0)
                    channel = first.channel.id
                    await reply(self._desk, question, place, asker=asker, channel=channel)
                else:
                    await place.write(_NO_QUESTION)
        except discord.Forbidden as error:
            _log.warning("Not allowed to answer in channel %s: %s", first.channel.id, error)
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and in the log
            _log.exception("A mention could not be answered")
            with suppress(discord.HTTPException, OSError):
                await place.write(_TROUBLE)

    async def close(self) -> None:
        """Finish the running answers, then leave Discord."""
        await self._conversations.close(_LAST_ANSWERS)
        await super().close()


async def run_bot(
    *,
    token: str,
    api_url: str | None,
    answerer: Answerer,
    reindexing: Reindexing,
    votes: Votes,
    policy: Policy = _ANYWHERE,
    message_content: bool = False,
    on_connection: OnConnection = lambda _: None,
    limits: Limits | None = None,
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
        )

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


def _fetch_from(message: discord.Message) -> FetchMessage:
    async def fetch(message_id: int) -> discord.Message | None:
        try:
            return await message.channel.fetch_message(message_id)
        except (discord.HTTPException, OSError):  # deleted, or hidden from the bot
            return None

    return fetch


def _fetch_before(message: discord.Message) -> FetchEarlier:
    async def fetch(limit: int) -> list[discord.Message]:
        try:
            history = message.channel.history(limit=limit, before=message)
            return [earlier async for earlier in history][::-1]
        except (discord.HTTPException, OSError):  # it may not read the history here
            return []

    return fetch
