"""Remembers answers: the same question to the same index, on the same day, is answered at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime

from bot.answering.types import Answer, Outcome, Question, Turn
from retrieval.documents import Fingerprint, IndexInfo

_MOST = 256  # answers


@dataclass(frozen=True, slots=True)
class Key:
    """What an answer depends on; the day, for a question may say `this week`."""

    text: str
    history: tuple[Turn, ...]
    day: date
    locale: str
    built_at: datetime
    fingerprint: Fingerprint


class AnswerCache:
    """The last answers. Those from an index that serves no more are dropped."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key) -> Answer | None:
        """Return the answer, if there is one."""
        if key in self._answers:
            self._answers.move_to_end(key)
        return self._answers.get(key)

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer that nothing went wrong with."""
        if answer.trouble or answer.outcome is Outcome.REFUSED:
            return
        for old in [one for one in self._answers if one.built_at != key.built_at]:
            del self._answers[old]
        self._answers[key] = answer
        while len(self._answers) > _MOST:
            self._answers.popitem(last=False)


def key_of(question: Question, info: IndexInfo) -> Key:
    """Return the key of a question, whatever its case and spaces."""
    return Key(
        text=" ".join(question.text.casefold().split()),
        history=question.history,
        day=question.now.date(),
        locale=question.locale,
        built_at=info.built_at,
        fingerprint=info.fingerprint,
    )
