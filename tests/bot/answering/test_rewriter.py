"""An LLM makes a follow-up stand alone in its time, and does no harm where it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.answering.deadline import Deadline
from bot.answering.rewriter import rewritten
from bot.answering.rewriting import needs_rewriting
from bot.answering.types import Question, Role, Turn
from bot.llm import LLM
from tests.builders import NOW
from tests.fake_llm import Ending, FakeLLM

TURNS = (
    Turn(Role.USER, "What does the home server cost?"),
    Turn(Role.ASSISTANT, "It takes 399 kWh a year [1]."),
)
AND_WATTS = Question("And how many watts is that?", NOW, TURNS)
ALONE = "How many watts does the home server take?"
Rewrite = Callable[[Question], Awaitable[Question]]


@pytest.fixture
async def llm() -> AsyncIterator[FakeLLM]:
    async with FakeLLM() as server:
        yield server


@pytest.fixture
async def rewrite(llm: FakeLLM) -> AsyncIterator[Rewrite]:
    client = LLM(llm.url, model=None, api_key=None)

    async def asked(question: Question) -> Question:
        now = asyncio.get_running_loop().time()
        return await rewritten(client, question, Deadline(now, 2.0))

    yield asked
    await client.close()


async def test_a_follow_up_becomes_a_question_of_its_own(llm: FakeLLM, rewrite: Rewrite) -> None:
    llm.will_say("How many watts ", "does the home server take?")
    assert await rewrite(AND_WATTS) == Question(ALONE, NOW)
    _, user = llm.chats[0]["messages"]
    assert "assistant: It takes 399 kWh a year [1]." in user["content"]
    assert user["content"].endswith("Last question: And how many watts is that?")


@pytest.mark.parametrize(
    "question",
    [
        Question("And how many watts is that?", NOW),  # there is nothing to lean on
        Question("What does he say about sourdough bread and ovens?", NOW, TURNS),
    ],
)
async def test_a_question_that_stands_alone_is_not_handed_over(
    question: Question, llm: FakeLLM, rewrite: Rewrite
) -> None:
    assert await rewrite(question) is question
    assert llm.chats == []


def test_what_the_rules_cannot_read_is_handed_over() -> None:
    assert needs_rewriting(Question("¿Y cuántos vatios son en un año entero?", NOW, TURNS))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Bananas! Zebras!",  # of another conversation
        "watts " * 100,
        "https://evil.example",
    ],
)
async def test_what_is_no_such_question_is_not_taken(
    said: str, llm: FakeLLM, rewrite: Rewrite
) -> None:
    llm.will_say(said)
    assert await rewrite(AND_WATTS) is AND_WATTS


@pytest.mark.parametrize("ending", [Ending.STALL, Ending.ERROR_THEN_DONE, Ending.CUT])
async def test_an_llm_that_fails_or_is_late_leaves_it_to_the_rules(
    ending: Ending, llm: FakeLLM, rewrite: Rewrite
) -> None:
    llm.will_say("How many watts does", ending=ending)
    began = asyncio.get_running_loop().time()
    assert await rewrite(AND_WATTS) is AND_WATTS
    assert asyncio.get_running_loop().time() - began < 1.0


async def test_being_late_with_it_does_not_give_the_llm_up(llm: FakeLLM) -> None:
    client = LLM(llm.url, model=None, api_key=None)
    llm.will_say("How", before_first=0.5)
    for _ in range(5):
        now = asyncio.get_running_loop().time()
        assert await rewritten(client, AND_WATTS, Deadline(now, 0.5)) is AND_WATTS
    assert client.resting() is None
    await client.close()
