"""Has the LLM make a follow-up stand alone, where the owner wants that and while there is time."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import aclosing
from dataclasses import replace

from bot.answering.deadline import Deadline
from bot.answering.gate import harmless
from bot.answering.prompt import make_rewriting_messages
from bot.answering.rewriting import needs_rewriting
from bot.answering.types import Question
from bot.errors import LLMError
from bot.llm import LLM

_LONGEST = 300  # characters of a question
_MOST_TOKENS = 80
_WORD = re.compile(r"\w{3,}")

_log = logging.getLogger(__name__)


async def rewritten(llm: LLM, question: Question, deadline: Deadline) -> Question:
    """Return a question that can be searched for by itself, or the same one.

    What the LLM makes of it is taken if it is one question with a word of the conversation in it.
    """
    if not needs_rewriting(question):
        return question
    try:
        async with asyncio.timeout_at(deadline.rewrite_until):
            text = await _written(llm, question, deadline)
    except (LLMError, TimeoutError) as error:
        _log.info("A follow-up is searched for as the rules read it (%r)", error)
        return question
    return replace(question, text=text, history=()) if _is_of(text, question) else question


async def _written(llm: LLM, question: Question, deadline: Deadline) -> str:
    messages = make_rewriting_messages(question)
    stream = llm.stream(messages, end_by=deadline.write_until, max_tokens=_MOST_TOKENS)
    async with aclosing(stream) as pieces:
        return " ".join(harmless("".join([piece.text async for piece in pieces])).split())


def _is_of(text: str, question: Question) -> bool:
    said = " ".join([question.text, *(turn.content for turn in question.history)]).casefold()
    words = set(_WORD.findall(text.casefold())) or {text.casefold()}
    return 0 < len(text) <= _LONGEST and any(word in said for word in words)
