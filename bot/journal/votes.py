"""Votes on answers, one a person and answer, in a SQLite file in the data folder."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

_TABLE = """
CREATE TABLE IF NOT EXISTS votes (
    answer INTEGER NOT NULL,
    person INTEGER NOT NULL,
    helpful INTEGER NOT NULL,
    voted_at TEXT NOT NULL,
    PRIMARY KEY (answer, person)
)"""
_BUSY_TIMEOUT = 5.0  # seconds to wait for another process that writes

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many found an answer helpful, and how many did not."""

    helpful: int
    unhelpful: int


class Votes:
    """The votes of one file. It is opened for each call, in a thread, so nothing is to be closed.

    Answers and persons are known by their Discord ids alone. All methods raise sqlite3.Error where
    the file cannot be read or written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    async def cast(self, answer: int, person: int, *, helpful: bool, now: datetime) -> Tally:
        """Set a person's vote on an answer, in place of an earlier one, and return the tally."""

        def write(journal: sqlite3.Connection) -> Tally:
            journal.execute(
                "INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?)",
                (answer, person, helpful, now.isoformat()),
            )
            counted = journal.execute(
                "SELECT COALESCE(SUM(helpful), 0), COUNT(*) FROM votes WHERE answer = ?", (answer,)
            )
            yes, every = counted.fetchone()
            return Tally(yes, every - yes)

        return await self._do(write)

    async def forget(self, person: int) -> int:
        """Delete all votes of a person, and return how many there were."""
        return await self._do(
            lambda j: j.execute("DELETE FROM votes WHERE person = ?", (person,)).rowcount
        )

    def copy_to(self, file: Path) -> None:
        """Write all votes to a new file, as they are at one moment."""
        with closing(self._connected()) as journal, closing(sqlite3.connect(file)) as copy:
            journal.backup(copy)

    def merge(self, file: Path) -> None:
        """Take the votes in a file of those who have not voted on the same answer since."""
        with closing(sqlite3.connect(file)) as copy:
            votes = copy.execute("SELECT answer, person, helpful, voted_at FROM votes").fetchall()
        with closing(self._connected()) as journal, journal:
            journal.executemany("INSERT OR IGNORE INTO votes VALUES (?, ?, ?, ?)", votes)

    async def _do(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        def connected() -> _Result:
            with closing(self._connected()) as journal, journal:
                return work(journal)

        return await asyncio.to_thread(connected)

    def _connected(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        journal = sqlite3.connect(self._file, timeout=_BUSY_TIMEOUT)
        journal.execute(_TABLE)
        return journal
