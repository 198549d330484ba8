"""A follow-up is searched for with what it is about; a question that stands alone is left alone."""

from __future__ import annotations

import pytest

from bot.answering.rewriting import standalone
from bot.answering.types import Question, Role, Turn
from tests.builders import NOW

HISTORY = (
    Turn(Role.USER, "How does he bake?"),
    Turn(Role.ASSISTANT, "In a cast-iron pot [1]."),
)


@pytest.mark.parametrize(
    "text",
    [
        "and why?",
        "Why?",
        "ok so how hot",
        "what about rye",
        "how much did it cost",
        "did that change later?",
        "which one does he like most",
    ],
)
def test_a_follow_up_is_put_behind_the_question_before_it(text: str) -> None:
    assert standalone(Question(text, NOW, HISTORY)) == f"How does he bake? {text}"


@pytest.mark.parametrize(
    "text",
    [
        "What was wrong with the bird song result?",
        "how many watts does the server draw",
        "completely different thing: was it the microphone?",
        "nvm. when did he first use that camera?",
    ],
)
def test_a_question_that_stands_alone_or_changes_the_subject_is_left_as_it_is(text: str) -> None:
    assert standalone(Question(text, NOW, HISTORY)) == text


def test_without_a_conversation_there_is_nothing_to_lean_on() -> None:
    assert standalone(Question("and why is it so?", NOW)) == "and why is it so?"
