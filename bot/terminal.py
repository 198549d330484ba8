"""The terminal as a front: progress bars, printed answers, a conversation."""

from __future__ import annotations

import asyncio
import json
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from tqdm import tqdm

from bot.answering.answerer import Answerer
from bot.answering.types import Answer, Draft, Outcome, Question, Role, Turn
from bot.reindexing import summary_of
from retrieval.documents import FailedPage, IndexInfo, LeftOutPage
from retrieval.queries import Passage
from retrieval.reports import Preview, Progress, Report, Stage

_PROMPT = "\nYou: "
_BAR = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"
_COUNT = "{desc}: {n_fmt} [{elapsed}]"
_SHOWN_PASSAGE = 200  # characters


class ProgressBar:
    """Shows a reindex on standard error, one line a stage."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._stage: Stage | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, progress: Progress) -> None:
        """Show how far a reindex has come."""
        if progress.stage is Stage.LOADING:
            print("Loading the embedding model …", file=sys.stderr)
            return
        if progress.total == 0:
            return
        if self._bar is None or progress.stage is not self._stage:
            if self._bar is not None:
                self._bar.close()
            self._stage = progress.stage
            self._bar = tqdm(
                total=progress.total,
                desc={Stage.READING: "Reading posts", Stage.EMBEDDING: "Embedding"}[progress.stage],
                bar_format=_COUNT if progress.total is None else _BAR,
                file=sys.stderr,
            )
        self._bar.update(progress.done - self._bar.n)


def question_bar(what: str, total: int) -> tqdm[Any]:
    """Return a progress bar over questions, on standard error."""
    return tqdm(total=total, desc=what, bar_format=_BAR, file=sys.stderr)


def print_json(document: object) -> None:
    """Print one JSON document to standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def print_report(report: Report) -> None:
    """Print what a reindex did, and each page that is not in the index with its reason."""
    print(
        f"Indexed {_count(report.posts, 'post')} in {_count(report.chunks, 'chunk')}: "
        f"{report.embedded} embedded, {report.kept} kept, {report.dropped} dropped, "
        f"{report.seconds:.1f} s"
    )
    _print_reasons(report.left_out, report.failed)


def print_preview(preview: Preview) -> None:
    """Print what a reindex would do, post by post."""
    if preview.changes_nothing:
        print(f"Nothing has changed: {_count(preview.posts, 'post')}")
    else:
        print(f"Would change: {summary_of(preview)}")
        changes = preview.changes
        for sign, posts in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
            for post in posts:
                print(f"{sign} {post}")
    if preview.refused:
        print(f"Needs --force: {preview.refused}")
    _print_reasons(preview.left_out, preview.failed)


def print_rollback(info: IndexInfo) -> None:
    """Print which index serves again."""
    print(
        f"The index of {info.built_at:%Y-%m-%d %H:%M} UTC serves again: "
        f"{_count(info.posts, 'post')} in {_count(info.chunks, 'chunk')}"
    )


def print_statistics(summary: Mapping[str, Any], *, questions: bool) -> None:
    """Print the numbers of a journal, and the questions that were refused."""
    outcomes = ", ".join(f"{count} {name}" for name, count in summary["outcomes"].items())
    print(f"{_count(summary['answers'], 'answer')} since {summary['since']}: {outcomes}")
    times = summary["total_ms"]
    print(f"took p50 {times['p50']} ms, p95 {times['p95']} ms")
    print(f"the LLM failed {_count(summary['llm_failures'], 'time')}")
    for post, count in summary["most_cited"]:
        print(f"cited {_count(count, 'time')}: {_shown_address(post)}")
    for question in summary["unanswered"]:
        print(f"not in the blog: {question}")
    if not questions:
        print("ASKBEN_JOURNAL_QUESTIONS=true notes what is asked, to see what the blog lacks")


def print_passages(passages: Sequence[Passage]) -> None:
    """Print found passages, best first."""
    for number, passage in enumerate(passages, 1):
        chunk = passage.best
        where = " > ".join(chunk.headings)
        print(f"{number}. {chunk.title}{_dated(chunk.published)}  {passage.score:.3f}")
        print(f"   {_shown_address(chunk.url)}{f'  ({where})' if where else ''}")
        print(f"   {_shortened(passage.text)}")


def print_evaluation(summary: Mapping[str, Any]) -> None:
    """Print the measures of an evaluation as a table, and the questions it missed."""
    names = [name for name in summary if "@" in name]
    print(f"{'':<22}{'n':>5}" + "".join(f"{name:>10}" for name in names))
    rows = {"answerable": {**summary, "n": summary["n_answerable"]}, **summary["by_kind"]}
    for kind, row in rows.items():
        print(f"{kind:<22}{row['n']:>5}" + "".join(f"{_measure(row[name]):>10}" for name in names))
    print(f"\nrefusal AUROC {_measure(summary['refusal_auroc'])}")
    print(f"latency p50 {summary['latency_ms']['p50']} ms, p95 {summary['latency_ms']['p95']} ms")
    if "outcomes" in summary:
        print(f"outcomes {summary['outcomes']}")
        for name in ("citation_precision", "answer_contained"):
            print(f"{name.replace('_', ' ')} {_measure(summary[name])}")
        latency = summary["answer_latency_ms"]
        print(f"answer latency p50 {latency['p50']} ms, p95 {latency['p95']} ms")
    if "compared" in summary:
        _print_comparison(summary["compared"])
    for miss in summary["misses"]:
        rank = f"rank {miss['rank']}" if miss["rank"] else "not found"
        print(f"\nMissed ({miss['kind']}, {rank}): {miss['question']}")
        print(f"  wanted {', '.join(miss['gold'])}\n  found  {miss['first']}")


async def ask(answerer: Answerer, question: Question, *, shown: bool = True) -> Answer:
    """Ask, print the answer as it arrives if it is to be shown, and return it."""
    printer = _AnswerPrinter() if shown else None
    async with aclosing(answerer.answer(question)) as events:
        async for event in events:
            if isinstance(event, Answer):
                if event.trouble:
                    print(event.trouble, file=sys.stderr)
                if printer:
                    printer.finish(event)
                return event
            if printer:
                printer.show(event)
    raise AssertionError("an answerer ends with an answer")


async def converse(answerer: Answerer, clock: Callable[[], datetime]) -> None:
    """Answer what is typed until the end of input (Ctrl-D)."""
    print("Ask about the blog. Follow-up questions work; Ctrl-D leaves.")
    history: list[Turn] = []
    while True:
        try:
            text = (await asyncio.to_thread(input, _PROMPT)).strip()
        except EOFError:
            print()
            return
        if not text:
            continue
        print()
        answer = await ask(answerer, Question(text, clock(), tuple(history)))
        history += [Turn(Role.USER, text), Turn(Role.ASSISTANT, answer.text)]


class _AnswerPrinter:
    """Prints the growing text of an answer, then its sources."""

    def __init__(self) -> None:
        self._printed = ""

    def show(self, draft: Draft) -> None:
        if draft.text.startswith(self._printed):
            print(draft.text[len(self._printed) :], end="", flush=True)
            self._printed = draft.text

    def finish(self, answer: Answer) -> None:
        if answer.text.startswith(self._printed):
            print(answer.text[len(self._printed) :])
        else:  # the LLM failed in the middle of its answer
            print(f"…\n\n{answer.text}")
        if answer.sources:
            print()
        for source in answer.sources:
            print(f"[{source.n}] {source.title}{_dated(source.date)}")
            print(f"    {_shown_address(source.link)}")
            if answer.outcome is Outcome.ANSWERED:
                print(f"    “{_shortened(source.quote)}”")


def _print_reasons(left_out: Sequence[LeftOutPage], failed: Sequence[FailedPage]) -> None:
    for page in left_out:
        print(f"Left out: {page.post} {page.why}")
    for one in failed:
        print(f"Failed: {one.post} {one.why}")


def _print_comparison(compared: Mapping[str, Any]) -> None:
    if not compared["same_questions"]:
        print("\nThe earlier run had other questions; compare with care.")
    changes = compared["by_measure"].items()
    print("\nsince then  " + "  ".join(f"{name} {_change(change)}" for name, change in changes))
    for word in ("better", "worse"):
        for one in compared[word]:
            ranks = f"{one['before'] or 'not found'} -> {one['now'] or 'not found'}"
            print(f"{word} ({ranks}): {one['question']}")


def _change(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"


def _measure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _dated(day: date | None) -> str:
    return f" · {day.day} {day:%B %Y}" if day else ""


def _shortened(text: str) -> str:
    return textwrap.shorten(text, _SHOWN_PASSAGE, placeholder=" …")


def _shown_address(link: str) -> str:
    """Return a link as it is, and that of a file as its path, from here where it lies below."""
    parts = urlsplit(link)
    if parts.scheme != "file":
        return link
    path = Path(unquote(parts.path))
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
