"""Measures the search, and with `--answers` the answers, on questions whose posts are known."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.answering.answerer import Answerer
from bot.answering.citations import cited_sentences
from bot.answering.reading import read_query
from bot.answering.types import Answer, Outcome, Question, Role, Turn
from bot.comparison import compare
from bot.errors import UsageError
from retrieval.searching import Searcher

_MRR_DEPTH = 10
_DEPTH = 20  # posts that are looked at
_EVIDENCE = 0.6  # share of a cited sentence's words that must stand in the cited passages


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question with the posts that answer it; no post means that the blog does not answer."""

    question: Question
    gold: tuple[str, ...]
    kind: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """What the search made of a golden question. `rank` counts posts from 1."""

    golden: GoldenQuestion
    rank: int | None
    first: str | None
    answerability: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What the answerer made of a golden question."""

    golden: GoldenQuestion
    answer: Answer
    sentences: int
    proven: int


def read_golden_questions(file: Path, *, now: datetime) -> list[GoldenQuestion]:
    """Read a JSON object a line; `now` is when a question without a date is asked.

    Raises UsageError that names the line which cannot be used.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({error}); name a file of questions") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_golden_question(json.loads(line), now))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise UsageError(
                    f"Line {number} of {file} is no question ({error!r}); "
                    'it should be like {"question": "…", "gold": ["post.md"]}'
                ) from error
    if not found:
        raise UsageError(f"{file} holds no questions; write one JSON object a line")
    return found


def read_summary(file: Path) -> dict[str, Any]:
    """Read what an earlier evaluation printed as JSON. Raises UsageError."""
    try:
        summary = json.loads(file.read_text("utf-8"))
        compare(summary, summary)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file} is not what askben eval --json printed ({error!r}); make it with "
            "askben eval FILE.jsonl --json > before.json"
        ) from error
    return dict(summary)


def read_turns(stated: Iterable[dict[str, str]]) -> tuple[Turn, ...]:
    """Return the turns of a conversation from JSON. Raises KeyError or ValueError."""
    return tuple(Turn(Role(turn["role"]), turn["content"]) for turn in stated)


def read_moment(stated: str) -> datetime:
    """Return a moment from a date or a time in ISO 8601, in UTC where no zone is given."""
    moment = datetime.fromisoformat(stated)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def evaluate_search(
    searcher: Searcher, questions: Sequence[GoldenQuestion], on_done: Callable[[], object]
) -> list[Searched]:
    """Search for every question, one after the other."""
    results = []
    for golden in questions:
        started = time.perf_counter()
        result = await searcher.search(read_query(golden.question), limit=_DEPTH)
        milliseconds = (time.perf_counter() - started) * 1000
        posts = [passage.best.post for passage in result.passages]
        ranks = [posts.index(post) + 1 for post in golden.gold if post in posts]
        first = posts[0] if posts else None
        rank = min(ranks, default=None)
        results.append(Searched(golden, rank, first, result.answerability, milliseconds))
        on_done()
    return results


async def evaluate_answers(
    answerer: Answerer,
    words_of: Callable[[str], frozenset[int]],
    questions: Sequence[GoldenQuestion],
    on_done: Callable[[], object],
) -> list[Answered]:
    """Answer every question, one after the other."""
    results = []
    for golden in questions:
        async for event in answerer.answer(golden.question):
            if isinstance(event, Answer):
                proofs = list(_proofs(event, words_of))
                results.append(Answered(golden, event, len(proofs), sum(proofs)))
        on_done()
    return results


def summarize_search(results: Sequence[Searched]) -> dict[str, Any]:
    """Return the measures of the command line contract."""
    answerable = [result for result in results if result.golden.gold]
    by_kind: defaultdict[str, list[Searched]] = defaultdict(list)
    for result in results:
        by_kind[result.golden.kind].append(result)
    return {
        "n": len(results),
        "n_answerable": len(answerable),
        **_ranking(answerable),
        "refusal_auroc": _auroc(results),
        "by_kind": {
            kind: {"n": len(found), **_ranking([result for result in found if result.golden.gold])}
            for kind, found in by_kind.items()
        },
        "latency_ms": _latency([result.milliseconds for result in results]),
        "misses": [
            {
                "question": result.golden.question.text,
                "kind": result.golden.kind,
                "gold": list(result.golden.gold),
                "rank": result.rank,
                "first": result.first,
            }
            for result in answerable
            if result.rank != 1
        ],
    }


def summarize_answers(results: Sequence[Answered]) -> dict[str, Any]:
    """Return what `--answers` adds to the measures."""
    sentences = sum(result.sentences for result in results)
    known = [result for result in results if result.golden.answers and result.golden.gold]
    contained = [
        result
        for result in known
        if any(_plain(text) in _plain(result.answer.text) for text in result.golden.answers)
    ]
    return {
        "outcomes": dict(Counter(result.answer.outcome.value for result in results)),
        "citation_precision": _share(sum(result.proven for result in results), sentences),
        "answer_contained": _share(len(contained), len(known)),
        "answer_latency_ms": _latency([result.answer.timings.total_ms for result in results]),
    }


def _plain(text: str) -> str:
    """Return a text without what is no part of an answer: case, kinds of spaces, outer marks."""
    return " ".join(text.casefold().split()).strip(" .\"'")


def _golden_question(stated: dict[str, Any], now: datetime) -> GoldenQuestion:
    asked = read_moment(stated["now"]) if "now" in stated else now
    return GoldenQuestion(
        question=Question(stated["question"], asked, read_turns(stated.get("history") or [])),
        gold=tuple(stated["gold"]),
        kind=str(stated.get("kind", "any")),
        answers=tuple(stated.get("answers") or []),
    )


def _ranking(results: Sequence[Searched]) -> dict[str, float | None]:
    ranks = [result.rank for result in results]
    found = [rank for rank in ranks if rank is not None]
    recall = {f"recall@{depth}": sum(rank <= depth for rank in found) for depth in (1, 3, 5)}
    reciprocal = sum(1 / rank for rank in found if rank <= _MRR_DEPTH)
    measures = {**recall, f"mrr@{_MRR_DEPTH}": reciprocal}
    return {name: _share(measure, len(ranks)) for name, measure in measures.items()}


def _auroc(results: Sequence[Searched]) -> float | None:
    """Return how often an answerable question scores above an unanswerable one; ties count half."""
    yes = [result.answerability for result in results if result.golden.gold]
    no = [result.answerability for result in results if not result.golden.gold]
    wins = sum((high > low) + 0.5 * (high == low) for high in yes for low in no)
    return _share(wins, len(yes) * len(no))


def _proofs(answer: Answer, words_of: Callable[[str], frozenset[int]]) -> Iterable[bool]:
    """Yield for each cited sentence whether its words stand in the passages or titles it cites."""
    if answer.outcome is Outcome.REFUSED:
        return
    words_of_source = {
        source.n: words_of(f"{source.title}\n{source.passage.text}") for source in answer.sources
    }
    for sentence, numbers in cited_sentences(answer.text):
        words = words_of(sentence)
        if words:
            there = frozenset().union(*(words_of_source.get(n, frozenset()) for n in numbers))
            yield len(words & there) >= _EVIDENCE * len(words)


def _latency(milliseconds: Sequence[float]) -> dict[str, float]:
    if len(milliseconds) < 2:  # noqa: PLR2004 - quantiles need two
        only = round(milliseconds[0], 1) if milliseconds else 0.0
        return {"p50": only, "p95": only}
    percentiles = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return {"p50": round(percentiles[49], 1), "p95": round(percentiles[94], 1)}


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
