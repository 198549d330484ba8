"""Takes one question from Discord to its answer in Discord, whatever it was asked with."""

from __future__ import annotations

import logging
from contextlib import aclosing

from bot.answering.answerer import Answerer
from bot.answering.types import Answer, Question
from bot.discord_front.answer_card import AnswerCards, make_buttons
from bot.discord_front.embeds import draft_text, make_embeds, message_text
from bot.discord_front.live_reply import LiveReply, Place
from retrieval.errors import NoIndex, RetrievalError

_STILL_READING = "I am still reading the blog. Ask me again in a moment."
_IN_TROUBLE = "I cannot search the blog at the moment; my log tells the owner why."

_log = logging.getLogger(__name__)


async def reply(
    answerer: Answerer, question: Question, place: Place, *, cards: AnswerCards, asker_id: int
) -> None:
    """Answer a question in a place, live. Raises what discord.py raises."""
    live = LiveReply(place)
    try:
        async with aclosing(answerer.answer(question)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    buttons = make_buttons(event, asker_id)
                    shown_in = await live.finish(message_text(event), make_embeds(event), buttons)
                    cards.remember(shown_in, event)
                elif shown := draft_text(event.text):
                    live.show(shown)
    except NoIndex:
        await live.finish(_STILL_READING)
    except RetrievalError as error:
        _log.error("A question could not be answered: %s", error)
        await live.finish(_IN_TROUBLE)
    finally:
        live.abandon()
