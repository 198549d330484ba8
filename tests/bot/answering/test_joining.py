"""The same question is answered once at a time, and everybody hears all of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.answering.joining import Joining
from bot.answering.types import Answer, Draft, Outcome, Question, Timings
from tests.builders import a_question

ANSWER = Answer("Ten minutes [1].", Outcome.ANSWERED, (), Timings(1.0, 2.0, 3.0))
QUESTION = a_question("How long?")


class Slow:
    """Answers after two drafts, each a moment apart, and counts how it went."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun = 0
        self.given_up = 0
        self._error = error

    async def __call__(self, _: Question) -> AsyncGenerator[Draft | Answer]:
        self.begun += 1
        try:
            for text in ("Ten", "Ten minutes"):
                yield Draft(text)
                await asyncio.sleep(0.05)
            if self._error:
                raise self._error
            yield ANSWER
        except (asyncio.CancelledError, GeneratorExit):
            self.given_up += 1
            raise


async def heard(joining: Joining, question: Question, after: float = 0.0) -> list[str]:
    await asyncio.sleep(after)
    return [event.text async for event in joining.answer(question)]


async def test_who_asks_the_same_meanwhile_hears_the_rest() -> None:
    slow = Slow()
    joining = Joining(slow)
    same = replace(QUESTION, text="HOW  long?")
    first, second = await asyncio.gather(heard(joining, QUESTION), heard(joining, same, 0.02))
    assert first == second == ["Ten", "Ten minutes", ANSWER.text]
    assert slow.begun == 1


async def test_another_question_and_a_later_one_have_answers_of_their_own() -> None:
    slow = Slow()
    joining = Joining(slow)
    await asyncio.gather(heard(joining, QUESTION), heard(joining, a_question("Why?")))
    await heard(joining, QUESTION)
    assert slow.begun == 3


async def test_when_nobody_hears_it_any_more_it_ends() -> None:
    slow = Slow()
    joining = Joining(slow)
    tasks = [asyncio.create_task(heard(joining, QUESTION)) for _ in range(2)]
    await asyncio.sleep(0.02)
    tasks[0].cancel()
    await asyncio.sleep(0.02)
    assert slow.given_up == 0
    tasks[1].cancel()
    await asyncio.wait(tasks)
    assert slow.given_up == 1


async def test_a_failure_is_everybodys() -> None:
    joining = Joining(Slow(ZeroDivisionError()))
    tasks = [asyncio.create_task(heard(joining, QUESTION)) for _ in range(2)]
    for task in tasks:
        with pytest.raises(ZeroDivisionError):
            await task
