"""Keeps the index up to the sources while the bot runs: feeds often, everything now and then."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from retrieval.errors import ReindexRunning, RetrievalError
from retrieval.reports import Report

_JITTER = 0.2  # share of a pause, so that many bots do not ask one server at the same moment
_LONGEST_PAUSE = 24 * 3600.0  # seconds, while reading fails again and again
_RUNNING = 5.0  # seconds until a reindex that ran already is looked at again

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Every:
    """The seconds between two readings of the news, and of everything; None is never."""

    news: float | None
    everything: float | None


@dataclass(frozen=True, slots=True)
class LastSync:
    """How the last scheduled reading ended; `trouble` says why it failed."""

    at: datetime
    trouble: str | None


class Schedule:
    """Reindexes by itself, one at a time, never while a rollback holds."""

    def __init__(
        self,
        every: Every,
        *,
        reindex: Callable[[bool], Awaitable[Report]],
        rolled_back: Callable[[], Awaitable[bool]],
    ) -> None:
        """Take how often. `reindex` is told whether the news alone is to be read."""
        self._every = every
        self._reindex = reindex
        self._rolled_back = rolled_back
        self._asked = asyncio.Event()
        self.last: LastSync | None = None

    def ask(self) -> None:
        """Have everything read as soon as no reindex runs, once, however often it is asked."""
        self._asked.set()

    async def run(self, *, at_once: bool) -> None:
        """Read the sources until cancelled, the first time `at_once` or after a pause."""
        loop = asyncio.get_running_loop()
        failures = 0
        full = loop.time() + (0.0 if at_once else _pause(self._every.everything, 0))
        while True:
            news = loop.time() + _pause(self._every.news, failures)
            asked = await self._wait_until(min(news, full))
            everything = asked or loop.time() >= full
            ended = await self._read(news_only=not everything, asked=asked)
            failures = 0 if ended else failures + 1
            if everything:
                full = loop.time() + _pause(self._every.everything, 0)

    async def _wait_until(self, moment: float) -> bool:
        """Return at a moment of the loop's clock, or as soon as somebody asks: then True."""
        try:
            async with asyncio.timeout_at(moment if moment != float("inf") else None):
                await self._asked.wait()
        except TimeoutError:
            return False
        self._asked.clear()
        return True

    async def _read(self, *, news_only: bool, asked: bool) -> bool:
        """Reindex, and tell whether nothing went wrong."""
        try:
            if not asked and await self._rolled_back():
                _log.info("The index was rolled back and stays so until the next /reindex")
                return True
            report = await self._reindex(news_only)
        except ReindexRunning:
            if asked:
                await asyncio.sleep(_RUNNING)
                self._asked.set()
            return True
        except RetrievalError as error:
            _log.warning("The blog could not be read again: %s", error)
            self.last = LastSync(datetime.now(UTC), str(error))
            return False
        except Exception as error:  # noqa: BLE001 - the edge of a task that has to go on
            _log.exception("The blog could not be read again")
            self.last = LastSync(datetime.now(UTC), repr(error))
            return False
        failed = f"{len(report.failed)} pages could not be read" if report.failed else None
        self.last = LastSync(datetime.now(UTC), failed)
        if report.embedded or report.dropped:
            _log.info("%d passages are new and %d are gone", report.embedded, report.dropped)
        return True


def _pause(seconds: float | None, failures: int) -> float:
    """Return how long to wait: about `seconds`, twice as long after each failure in a row."""
    if seconds is None:
        return float("inf")
    longer = min(seconds * 2.0**failures, max(seconds, _LONGEST_PAUSE))
    return longer * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
