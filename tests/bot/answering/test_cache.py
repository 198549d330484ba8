"""The same question is answered from memory, and never from an index that serves no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.answering.cache import AnswerCache, key_of
from bot.answering.types import Answer, Outcome, Role, Timings, Turn
from tests.builders import NOW, a_question
from tests.retrieval.stores.test_contract import info

ANSWER = Answer("Ten minutes [1].", Outcome.ANSWERED, (), Timings(1.0, None, 2.0))
QUESTION = a_question("How long is it kneaded?")


def test_case_and_spaces_make_no_other_question() -> None:
    cache = AnswerCache()
    cache.put(key_of(QUESTION, info(1)), ANSWER)
    same = replace(QUESTION, text="  how long is it  KNEADED? ")
    assert cache.get(key_of(same, info(1))) == ANSWER


def test_a_conversation_another_day_and_another_index_do() -> None:
    cache = AnswerCache()
    cache.put(key_of(QUESTION, info(1)), ANSWER)
    later = replace(QUESTION, history=(Turn(Role.USER, "And rye?"),))
    tomorrow = replace(QUESTION, now=QUESTION.now + timedelta(days=1))
    rebuilt = replace(info(1), built_at=NOW + timedelta(hours=1))
    assert cache.get(key_of(later, info(1))) is None
    assert cache.get(key_of(tomorrow, info(1))) is None
    assert cache.get(key_of(QUESTION, rebuilt)) is None


def test_a_reindex_drops_the_answers_from_before() -> None:
    cache = AnswerCache()
    old, new = (
        key_of(QUESTION, info(1)),
        key_of(QUESTION, replace(info(1), built_at=NOW + timedelta(hours=1))),
    )
    cache.put(old, ANSWER)
    cache.put(new, ANSWER)
    assert cache.get(old) is None
    assert cache.get(new) == ANSWER


def test_an_answer_with_trouble_and_a_refusal_are_not_kept() -> None:
    cache, key = AnswerCache(), key_of(QUESTION, info(1))
    cache.put(key, replace(ANSWER, trouble="The LLM is gone"))
    cache.put(key, replace(ANSWER, outcome=Outcome.REFUSED))
    assert cache.get(key) is None


def test_the_oldest_make_room() -> None:
    cache = AnswerCache()
    keys = [key_of(a_question(f"Question {number}?"), info(1)) for number in range(300)]
    for key in keys:
        cache.put(key, ANSWER)
    assert cache.get(keys[0]) is None
    assert cache.get(keys[-1]) == ANSWER
