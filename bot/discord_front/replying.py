"""Takes one question from Discord to its answer in Discord, whatever it was asked with."""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

import discord

from bot.answering.answerer import Answerer
from bot.answering.types import Answer, Question
from bot.discord_front.admission import Admission, Asker
from bot.discord_front.answer_card import AnswerCards, make_buttons
from bot.discord_front.embeds import draft_text, make_embeds, message_pages
from bot.discord_front.live_reply import LiveReply, Place
from bot.discord_front.pace import Pace
from bot.discord_front.running_answers import RunningAnswers
from bot.texts import Texts, texts_for
from retrieval.errors import NoIndex, RetrievalError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every answer needs: who answers, who is let in, and what becomes of the cards."""

    answerer: Answerer
    cards: AnswerCards
    admission: Admission
    pace: Pace
    old_after: float = 0.0  # years
    running: RunningAnswers = field(default_factory=RunningAnswers)


async def reply(
    desk: Desk,
    question: Question,
    place: Place,
    *,
    asker: Asker,
    channel: int | None = None,
    embeds: bool = True,
) -> None:
    """Answer a question in a place, live. Raises what discord.py raises.

    In a `channel`, its limit for edits is kept; without `embeds`, links stand in the text alone.
    What fails is not counted against the asker. A stop that comes before the answer is said.
    """
    texts = texts_for(question.text, question.locale)
    pace = desk.pace if channel else None
    live = LiveReply(place, pace=pace, channel=channel or 0)
    if wait := desk.admission.charge(asker):
        await live.finish(texts.too_many.format(seconds=math.ceil(wait)))
        return
    answered = False
    try:
        async with desk.admission.turn(asker) as places:
            if places is None:
                question = replace(question, quick=True)
            else:
                async for one in places:
                    seconds = math.ceil(one.seconds)
                    live.show(texts.waiting.format(number=one.number, seconds=seconds))
            answered = await _answer(desk, question, live, asker, texts, embeds=embeds)
    except asyncio.CancelledError:
        if desk.running.stopping:
            with suppress(discord.HTTPException, OSError):
                await live.finish(texts.stopping)
        raise
    finally:
        live.abandon()
        if not answered:
            desk.admission.refund(asker)


async def _answer(
    desk: Desk, question: Question, live: LiveReply, asker: Asker, texts: Texts, *, embeds: bool
) -> bool:
    """Answer, and tell whether nothing went wrong with it."""
    answered = False
    try:
        async with aclosing(desk.answerer.answer(question)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    buttons = make_buttons(event, asker.person, texts)
                    *before, last = message_pages(event, texts)
                    today = question.now.date()
                    cards = make_embeds(event, today=today, old_after=desk.old_after, texts=texts)
                    shown = cards if embeds else []
                    shown_in = await live.finish(last, shown, buttons, before=before)
                    desk.cards.remember(shown_in, event)
                    answered = event.trouble is None
                elif text := draft_text(event.text):
                    live.show(text)
    except NoIndex:
        await live.finish(texts.still_reading)
    except RetrievalError as error:
        _log.error("A question could not be answered: %s", error)
        await live.finish(texts.search_trouble)
    return answered
