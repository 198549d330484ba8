"""The buttons below an answer. They work after a restart: what they need stands in their ids."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import discord

from bot.answering.archive import Archive
from bot.answering.types import Answer, Outcome
from bot.discord_front.embeds import passages_text, quotes_text
from bot.discord_front.listing_commands import links_text
from bot.discord_front.translating import texts_of
from bot.journal.votes import Votes
from bot.texts import ENGLISH, Texts
from retrieval.errors import RetrievalError

_REMEMBERED = 500  # answers whose passages can be shown

_log = logging.getLogger(__name__)


class Action(StrEnum):
    """What a button does."""

    PASSAGES = "passages"
    RELATED = "related"
    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"
    REMOVE = "remove"


_EMOJI = {Action.HELPFUL: "👍", Action.UNHELPFUL: "👎", Action.REMOVE: "🗑️"}
_OF_CITED_POSTS = {Action.PASSAGES, Action.RELATED}


class AnswerCards:
    """Makes the buttons of answers, and does what they say."""

    def __init__(
        self, votes: Votes, clock: Callable[[], datetime], archive: Archive | None = None
    ) -> None:
        self._archive = archive
        self._votes = votes
        self._clock = clock
        self._answers: OrderedDict[int, Answer] = OrderedDict()

    def remember(self, message_id: int, answer: Answer) -> None:
        """Keep an answer, so that its passages can be shown."""
        self._answers[message_id] = answer
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    async def act(
        self, interaction: discord.Interaction[Any], action: Action, asker_id: int
    ) -> None:
        """Do what a button says. Raises what discord.py raises."""
        message = interaction.message
        texts = texts_of(interaction)
        if message is None:
            return
        if action is Action.REMOVE:
            if interaction.user.id != asker_id and not interaction.permissions.manage_messages:
                await interaction.response.send_message(texts.not_yours, ephemeral=True)
                return
            await interaction.response.defer()
            await interaction.delete_original_response()
            return
        if action is Action.PASSAGES:
            answer = self._answers.get(message.id)
            # After a restart there are the quotations in the embeds, which are shorter.
            said = passages_text(answer) if answer else quotes_text(message.embeds, texts)
            await interaction.response.send_message(said, ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if action is Action.RELATED:
            await interaction.edit_original_response(content=await self._related(message, texts))
            return
        helpful = action is Action.HELPFUL
        try:
            await self._votes.cast(
                message.id, interaction.user.id, helpful=helpful, now=self._clock()
            )
        except (sqlite3.Error, OSError) as error:
            _log.error("A vote could not be noted: %s", error)
            await interaction.edit_original_response(content=texts.no_vote)
        else:
            await interaction.edit_original_response(content=texts.thanks)

    async def _related(self, message: discord.Message, texts: Texts) -> str:
        """Return the posts that are near to the first one that an answer cites."""
        answer = self._answers.get(message.id)
        if answer and answer.sources:
            title, url = answer.sources[0].title, answer.sources[0].url
        elif message.embeds:  # after a restart
            title = str(message.embeds[0].title).partition("] ")[2]
            url = str(message.embeds[0].url).partition("#")[0]
        else:
            return texts.no_such_post
        try:
            related = await self._archive.related(title, url) if self._archive else []
        except RetrievalError as error:
            _log.error("Related posts could not be found: %s", error)
            related = []
        return links_text(related, texts)


class HasCards(Protocol):
    """The client, as the buttons need it."""

    cards: AnswerCards


class CardButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"askben:(?P<action>passages|related|helpful|unhelpful|remove):(?P<asker>\d+)",
):
    """A button of an answer, known by its action and who asked."""

    def __init__(self, action: Action, asker_id: int, texts: Texts = ENGLISH) -> None:
        words = {Action.PASSAGES: texts.show_passages, Action.RELATED: texts.related_posts}
        super().__init__(
            discord.ui.Button(
                label=words.get(action),
                emoji=_EMOJI.get(action),
                style=discord.ButtonStyle.secondary,
                custom_id=f"askben:{action}:{asker_id}",
            )
        )
        self._action = action
        self._asker_id = asker_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> CardButton:
        """Make the button anew from its id."""
        del interaction, item
        return cls(Action(match["action"]), int(match["asker"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        client: HasCards = interaction.client
        try:
            await client.cards.act(interaction, self._action, self._asker_id)
        except (discord.HTTPException, OSError) as error:
            _log.warning("A button could not be answered: %s", error)


def make_buttons(answer: Answer, asker_id: int, texts: Texts = ENGLISH) -> discord.ui.View:
    """Return the buttons of an answer; a refusal has no passages."""
    view = discord.ui.View(timeout=None)
    for action in Action:
        if action not in _OF_CITED_POSTS or answer.outcome is not Outcome.REFUSED:
            view.add_item(CardButton(action, asker_id, texts))
    view.stop()  # the buttons are found by their ids; no view has to wait for them
    return view
