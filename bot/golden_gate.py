"""Asks the author's golden questions of a new index before it serves, and stops a worse one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import UsageError
from bot.evaluation import GoldenQuestion, evaluate_search, read_golden_questions
from retrieval.errors import ReindexRefused
from retrieval.searching import Searcher
from retrieval.stores import Index

_DEPTH = 5  # posts that are told to an LLM


class GoldenGate:
    """Compares two indexes by recall@5 of the golden questions in a file."""

    def __init__(
        self, file: Path, *, searches: Callable[..., Searcher], clock: Callable[[], datetime]
    ) -> None:
        """Take the questions; `searches` makes a searcher of a `store`."""
        self._file = file
        self._searches = searches
        self._clock = clock

    async def __call__(self, before: Index, new: Index) -> None:
        """Raise ReindexRefused if the new index finds the posts of fewer questions."""
        try:
            questions = read_golden_questions(self._file, now=self._clock())
        except UsageError as error:
            raise ReindexRefused(f"The golden questions cannot be asked: {error}") from error
        questions = [golden for golden in questions if golden.gold]
        was = await self._found(before, questions)
        now = await self._found(new, questions)
        if len(now) < len(was):
            lost = next(golden for golden in questions if golden in was and golden not in now)
            raise ReindexRefused(
                f"The new index would find the posts of {len(now)} of {len(questions)} golden "
                f"questions, the old one finds {len(was)}; lost is “{lost.question.text}”. If "
                "that is right, run askben index --force"
            )

    async def _found(
        self, index: Index, questions: Sequence[GoldenQuestion]
    ) -> list[GoldenQuestion]:
        searcher = self._searches(store=_Serving(index))
        results = await evaluate_search(searcher, questions, lambda: None)
        return [one.golden for one in results if one.rank is not None and one.rank <= _DEPTH]


@dataclass(frozen=True, slots=True)
class _Serving:
    """An index that is asked though another one serves."""

    index: Index

    async def serving(self) -> Index:
        return self.index
