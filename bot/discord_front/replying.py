"""Takes one question from Discord to its answer in Discord, whatever it was asked with."""

from __future__ import annotations

import logging
import math
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.answering.answerer import Answerer
from bot.answering.types import Answer, Question
from bot.discord_front.admission import Admission, Asker
from bot.discord_front.answer_card import AnswerCards, make_buttons
from bot.discord_front.embeds import draft_text, make_embeds, message_pages
from bot.discord_front.live_reply import LiveReply, Place
from bot.discord_front.pace import Pace
from retrieval.errors import NoIndex, RetrievalError

_STILL_READING = "I am still reading the blog. Ask me again in a moment."
_IN_TROUBLE = "I cannot search the blog at the moment; my log tells the owner why."
_TOO_MANY = "That were many questions in a short time. Ask me again in {seconds} seconds."
_WAITING = "You are number {number} of those who wait, for about {seconds} seconds …"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every answer needs: who answers, who is let in, and what becomes of the cards."""

    answerer: Answerer
    cards: AnswerCards
    admission: Admission
    pace: Pace
    old_after: float = 0.0  # years


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
    What fails is not counted against the asker.
    """
    pace = desk.pace if channel else None
    live = LiveReply(place, pace=pace, channel=channel or 0)
    if wait := desk.admission.charge(asker):
        await live.finish(_TOO_MANY.format(seconds=math.ceil(wait)))
        return
    answered = False
    try:
        async with desk.admission.turn(asker) as places:
            if places is None:
                question = replace(question, quick=True)
            else:
                async for one in places:
                    seconds = math.ceil(one.seconds)
                    live.show(_WAITING.format(number=one.number, seconds=seconds))
            answered = await _answer(desk, question, live, asker, embeds=embeds)
    finally:
        live.abandon()
        if not answered:
            desk.admission.refund(asker)


async def _answer(
    desk: Desk, question: Question, live: LiveReply, asker: Asker, *, embeds: bool
) -> bool:
    """Answer, and tell whether nothing went wrong with it."""
    answered = False
    try:
        async with aclosing(desk.answerer.answer(question)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    buttons = make_buttons(event, asker.person)
                    *before, last = message_pages(event)
                    today = question.now.date()
                    cards = make_embeds(event, today=today, old_after=desk.old_after)
                    shown = cards if embeds else []
                    shown_in = await live.finish(last, shown, buttons, before=before)
                    desk.cards.remember(shown_in, event)
                    answered = event.trouble is None
                elif text := draft_text(event.text):
                    live.show(text)
    except NoIndex:
        await live.finish(_STILL_READING)
    except RetrievalError as error:
        _log.error("A question could not be answered: %s", error)
        await live.finish(_IN_TROUBLE)
    return answered
