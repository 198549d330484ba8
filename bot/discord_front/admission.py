"""Lets questions in: so many a minute for a person and a server, so many at once, in fair order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.discord_front.fairness import Buckets, RoundRobin

_LOOK = 1.0  # seconds between two looks at one's place
_USUAL = 3.0  # seconds for an answer, before any was given
_TIMED = 20  # answers whose time is remembered


@dataclass(frozen=True, slots=True)
class Limits:
    """Questions a minute for a person and for a server, questions answered and waiting at once."""

    person: float = 6
    guild: float = 60
    at_once: int = 4
    waiting: int = 20


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and in which server; 0 is a direct message."""

    person: int
    guild: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands in the queue, from 1, and about how many seconds it has to wait."""

    number: int
    seconds: float


class Admission:
    """Counts and queues the questions of one bot."""

    def __init__(self, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._at_once = limits.at_once
        self._persons = Buckets(limits.person)
        self._guilds = Buckets(limits.guild)
        self._queue: RoundRobin[asyncio.Event] = RoundRobin(limits.waiting)
        self._running = 0
        self._took: deque[float] = deque([_USUAL], maxlen=_TIMED)

    def charge(self, asker: Asker) -> float:
        """Count a question; return for how many seconds it may not be asked, 0 if it is counted."""
        now = _now()
        wait = self._persons.wait(asker.person, now)
        if asker.guild:
            wait = max(wait, self._guilds.wait(asker.guild, now))
        if wait == 0:
            self._persons.take(asker.person, now)
            if asker.guild:
                self._guilds.take(asker.guild, now)
        return wait

    def refund(self, asker: Asker) -> None:
        """Take back what was counted, for the question was not answered."""
        self._persons.give_back(asker.person, _now())
        if asker.guild:
            self._guilds.give_back(asker.guild, _now())

    @asynccontextmanager
    async def turn(self, asker: Asker) -> AsyncIterator[AsyncIterator[Place] | None]:
        """Have a turn. Yields the places on the way to it, to be iterated first; None if full."""
        ready = asyncio.Event()
        if self._running < self._at_once and not len(self._queue):
            self._running += 1
            ready.set()
        elif not self._queue.add(asker.person, ready):
            yield None
            return
        began: float | None = None

        async def places() -> AsyncIterator[Place]:
            nonlocal began
            while not ready.is_set():
                yield self._place(ready)
                try:
                    async with asyncio.timeout(_LOOK):
                        await ready.wait()
                except TimeoutError:
                    continue
            began = _now()

        try:
            yield places()
        finally:
            if ready.is_set():
                self._running -= 1
                if began is not None:
                    self._took.append(_now() - began)
                self._let_in()
            else:
                self._queue.remove(asker.person, ready)

    def _let_in(self) -> None:
        while self._running < self._at_once and (following := self._queue.next()) is not None:
            self._running += 1
            following.set()

    def _place(self, ready: asyncio.Event) -> Place:
        number = self._queue.in_order().index(ready) + 1
        mean = sum(self._took) / len(self._took)
        return Place(number, number * mean / self._at_once)


def _now() -> float:
    return asyncio.get_running_loop().time()
