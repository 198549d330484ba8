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
    assert standalone(Question(text, NOW, HISTORY)).text == f"How does he bake? {text}"


@pytest.mark.parametrize(
    "text",
    [
        "What was wrong with the bird song result?",
        "how many watts does the server draw",
        "when did he become a father",
        "which camera did he buy for the bird feeder and how did he mount it?",
        "did the microphone that he glued to the roof survive the winter there",
        "is there a post on label noise in bird songs",
        "what did he publish on gradient descent this year",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(text: str) -> None:
    assert standalone(Question(text, NOW, HISTORY)).text == text


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("completely different thing: was it the microphone?", "was it the microphone?"),
        ("nvm. when did he first use that camera?", "when did he first use that camera?"),
        ("cool. something else: is that oven gas?", "cool. is that oven gas?"),
        ("on a different topic, where does he live", "where does he live"),
        ("enough about bread, is it cold there?", "is it cold there?"),
        ("btw what's his cat called", "what's his cat called"),
    ],
)
def test_one_that_changes_the_subject_loses_only_the_words_that_say_so(
    text: str, asked: str
) -> None:
    assert standalone(Question(text, NOW, HISTORY)).text == asked


@pytest.mark.parametrize(
    "text",
    [
        "and is there another post on that topic?",
        "did he try something different then?",
        "so is there anything new about it?",
    ],
)
def test_a_follow_up_that_asks_for_something_different_keeps_its_subject(text: str) -> None:
    assert standalone(Question(text, NOW, HISTORY)).text == f"How does he bake? {text}"


def test_names_that_the_answers_brought_up_are_searched_for_too() -> None:
    history = (
        Turn(Role.USER, "Which ovens has he had?"),
        Turn(Role.ASSISTANT, "First a Neff, then in May a Rofco B5 [1]."),
    )
    asked = standalone(Question("and which one was better?", NOW, history))
    assert asked.text == "Which ovens has he had? Neff Rofco B5 and which one was better?"


def test_small_talk_is_no_subject() -> None:
    history = (
        Turn(Role.USER, "How hot is the oven?"),
        Turn(Role.ASSISTANT, "250 degrees [1]."),
        Turn(Role.USER, "cool thx"),
        Turn(Role.ASSISTANT, "You are welcome."),
    )
    assert standalone(Question("and how long?", NOW, history)).context == "How hot is the oven?"


def test_without_a_conversation_there_is_nothing_to_lean_on() -> None:
    assert standalone(Question("and why is it so?", NOW)).text == "and why is it so?"
