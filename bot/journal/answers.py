"""The journal: one JSON line for every answer, what it was and what it took, and for whom nothing.

A question is written down only where the owner wants it. The file is rotated by its size.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.answering.types import Answer, Draft, Question

_LARGEST = 5_000_000  # bytes, some 20,000 answers
_KEPT = 3  # files, the newest included

_log = logging.getLogger(__name__)


class AnswerJournal:
    """Writes the answers down, from when it is opened on."""

    def __init__(
        self, file: Path, *, clock: Callable[[], datetime], questions: bool = False
    ) -> None:
        """Take the file; with `questions`, what was asked is written down too."""
        self._file = file
        self._clock = clock
        self._questions = questions
        self._open = False

    def open(self) -> None:
        """Begin to write; what the owner tries out before is none of its business."""
        self._open = True

    async def watch(
        self, question: Question, events: AsyncGenerator[Draft | Answer]
    ) -> AsyncGenerator[Draft | Answer]:
        """Hand the events of one answer on and write its end down."""
        async with aclosing(events):
            async for event in events:
                if self._open and isinstance(event, Answer):
                    line = self._line(question, event)
                    try:
                        await asyncio.to_thread(self._append, line)
                    except OSError as error:
                        _log.warning("The journal %s cannot be written (%s)", self._file, error)
                yield event

    def copy_to(self, file: Path) -> None:
        """Write all lines to a file, the oldest first. Raises OSError."""
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in read_answers(self._file)]
        file.write_text("".join(lines), "utf-8")

    def merge(self, file: Path) -> None:
        """Take the lines of a file that are not there yet. Raises OSError."""
        known = {json.dumps(line) for line in read_answers(self._file)}
        for line in read_answers(file):
            if json.dumps(line) not in known:
                self._append(line)

    def _line(self, question: Question, answer: Answer) -> dict[str, Any]:
        line = {
            "at": self._clock().isoformat(timespec="seconds"),
            "outcome": str(answer.outcome),
            "retrieve_ms": answer.timings.retrieve_ms,
            "first_token_ms": answer.timings.first_token_ms,
            "total_ms": answer.timings.total_ms,
            "follow_up": bool(question.history),
            "posts": [source.url for source in answer.sources],
            "trouble": answer.trouble,
        }
        return {**line, "question": question.text} if self._questions else line

    def _append(self, line: dict[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if self._file.exists() and self._file.stat().st_size > _LARGEST:
            for number in range(_KEPT - 1, 0, -1):
                older = _numbered(self._file, number - 1)
                if older.exists():
                    older.replace(_numbered(self._file, number))
        with self._file.open("a", encoding="utf-8") as opened:
            opened.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_answers(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal, as written; one that a kill cut off is left out."""
    for number in range(_KEPT - 1, -1, -1):
        part = _numbered(file, number)
        if part.exists():
            for line in part.read_text("utf-8", errors="replace").splitlines():
                try:
                    found = json.loads(line)
                except ValueError:
                    continue
                if isinstance(found, dict):
                    yield found


def _numbered(file: Path, number: int) -> Path:
    return file.with_name(f"{file.name}.{number}") if number else file
