"""The Discord client: logs in, hears mentions, keeps the first index in the background."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import discord
from discord import app_commands

from bot.answering.answerer import Answerer
from bot.answering.archive import Archive
from bot.answering.types import Question
from bot.discord_front.admission import Admission, Asker
from bot.discord_front.answer_card import AnswerCards, CardButton
from bot.discord_front.asking import add_asking, add_help
from bot.discord_front.command_sync import sync_if_changed
from bot.discord_front.commands import add_error_reply
from bot.discord_front.conversations import Conversations, Heard
from bot.discord_front.deciding import Policy, decide
from bot.discord_front.listing_commands import AskStatus, add_posts, add_status
from bot.discord_front.live_reply import BelowMessage, InPerson
from bot.discord_front.mentions import (
    FetchEarlier,
    FetchMessage,
    hear,
    locale_of,
    question_text,
    read_question,
)
from bot.discord_front.missing_permissions import MissingPermissions, may_embed, may_open_thread
from bot.discord_front.pace import Pace
from bot.discord_front.reindexing import Reindexing, add_reindex
from bot.discord_front.replying import Desk, reply
from bot.discord_front.translating import CommandTranslator
from bot.journal.votes import Votes
from bot.texts import texts_in

ANYWHERE = Policy()
_LAST_ANSWERS = 6.0  # seconds, one more than an answer takes; a stop has ten in all
OnConnection = Callable[[bool], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Furnishing:
    """What a client has beside answers; without it, it does without.

    `heard` are the messages that came already, so that a client which takes over from another
    answers none twice. `commands_file` remembers which commands are registered. Posts of
    `old_after` years say so. With `open_threads`, questions in text channels are answered in
    threads of their own.
    """

    archive: Archive | None = None
    heard: Heard = field(default_factory=OrderedDict)
    ask_status: AskStatus | None = None
    commands_file: Path | None = None
    old_after: float = 0.0
    open_threads: bool = False


class AskBenClient(discord.AutoShardedClient):
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
        policy: Policy = ANYWHERE,
        message_content: bool = False,
        on_connection: OnConnection = lambda _: None,
        admission: Admission | None = None,
        furnishing: Furnishing | None = None,
        shards: int | None = None,
    ) -> None:
        furnishing = furnishing or Furnishing()
        super().__init__(
            shard_count=shards,
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
        self._conversations = Conversations(self._answer, self._place_for, furnishing.heard)
        self._open_threads = furnishing.open_threads
        self._on_connection = on_connection
        self._tree = app_commands.CommandTree(self)
        self._commands_file = furnishing.commands_file
        self.cards = AnswerCards(votes, clock, furnishing.archive)
        self._desk = Desk(
            answerer, self.cards, admission or Admission(), Pace(), furnishing.old_after
        )
        self._permissions = MissingPermissions(self, threads=furnishing.open_threads)
        self.add_dynamic_items(CardButton)
        add_asking(self._tree, desk=self._desk, clock=clock, policy=policy)
        add_help(self._tree, votes)
        add_reindex(self._tree, reindexing)
        if furnishing.archive:
            add_posts(self._tree, furnishing.archive)
        if furnishing.ask_status:
            add_status(self._tree, furnishing.ask_status)
        add_error_reply(self._tree)

    async def setup_hook(self) -> None:
        """Register the commands before the first event."""
        await self._tree.set_translator(CommandTranslator())
        await sync_if_changed(self._tree, self._commands_file)

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

    def _place_for(self, message: discord.Message) -> BelowMessage:
        """Return where a question is answered."""
        open_thread = self._open_threads and may_open_thread(message)
        return BelowMessage(message, question_text(message, self._id) if open_thread else "")

    async def _answer(self, messages: Sequence[discord.Message], place: BelowMessage) -> None:
        with self._desk.running.counted():
            await self._answer_below(messages, place)

    async def _answer_below(self, messages: Sequence[discord.Message], place: BelowMessage) -> None:
        """Answer messages that ask together. The outermost edge: nothing leaves it."""
        first = messages[0]
        locale = locale_of(first)
        telling = asyncio.create_task(self._permissions.tell(first))
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
                    embeds = may_embed(first)
                    await reply(
                        self._desk, question, place, asker=asker, channel=channel, embeds=embeds
                    )
                else:
                    await place.write(texts_in(locale).no_question)
        except discord.Forbidden as error:
            _log.warning("Not allowed to answer in channel %s: %s", first.channel.id, error)
            with suppress(discord.HTTPException, OSError):
                await self._answer_in_person(messages)
        except Exception:  # noqa: BLE001 - whatever it is, it ends here and in the log
            _log.exception("A mention could not be answered")
            with suppress(discord.HTTPException, OSError):
                await place.write(texts_in(locale).trouble)
        finally:
            await asyncio.wait({telling})

    async def _answer_in_person(self, messages: Sequence[discord.Message]) -> None:
        """Answer in a direct message, without what was said before, which may be hidden."""
        first = messages[0]
        text = "\n".join(question_text(message, self._id) for message in messages)
        asker = Asker(first.author.id, first.guild.id if first.guild else 0)
        question = Question(text, self._clock(), locale=locale_of(first))
        await reply(self._desk, question, InPerson(first.author), asker=asker)

    async def close(self) -> None:
        """Finish the running answers, then leave Discord."""
        self._conversations.close()
        await self._desk.running.finish(_LAST_ANSWERS)
        await super().close()


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
