"""The index is kept up to the sources by itself, and never against what a person decided."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.schedule import Every, Schedule
from retrieval.documents import Fingerprint
from retrieval.errors import ReindexRunning, SourceError
from retrieval.reports import Report

NEVER = Every(news=None, everything=None)


def a_report() -> Report:
    return Report(
        posts=1,
        chunks=1,
        embedded=0,
        kept=1,
        dropped=0,
        failed=(),
        left_out=(),
        seconds=0.0,
        fingerprint=Fingerprint("model", 1, "english"),
        dimension=3,
    )


class Blog:
    """Counts the reindexes, and fails as often as it is told to."""

    def __init__(self, *failures: Exception, rolled_back: bool = False) -> None:
        self.news_only: list[bool] = []
        self._failures = list(failures)
        self._rolled_back = rolled_back

    async def reindex(self, news_only: bool) -> Report:
        self.news_only.append(news_only)
        if self._failures:
            raise self._failures.pop(0)
        return a_report()

    async def rolled_back(self) -> bool:
        return self._rolled_back

    async def read(self, times: int) -> None:
        async with asyncio.timeout(5):
            while len(self.news_only) < times:
                await asyncio.sleep(0.001)


@asynccontextmanager
async def running(blog: Blog, every: Every, *, at_once: bool = False) -> AsyncIterator[Schedule]:
    schedule = Schedule(every, reindex=blog.reindex, rolled_back=blog.rolled_back)
    task = asyncio.create_task(schedule.run(at_once=at_once))
    try:
        yield schedule
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_at_the_start_everything_is_read_and_then_the_news() -> None:
    blog = Blog()
    async with running(blog, Every(news=0.01, everything=None), at_once=True) as schedule:
        await blog.read(3)
    assert blog.news_only[:3] == [False, True, True]
    assert schedule.last is not None
    assert schedule.last.trouble is None


async def test_everything_is_read_now_and_then() -> None:
    blog = Blog()
    async with running(blog, Every(news=None, everything=0.01)):
        await blog.read(2)
    assert not any(blog.news_only)


async def test_what_is_never_to_be_read_is_not() -> None:
    blog = Blog()
    async with running(blog, NEVER):
        await asyncio.sleep(0.05)
    assert blog.news_only == []


async def test_who_asks_has_everything_read_at_once_and_only_once() -> None:
    blog = Blog()
    async with running(blog, NEVER) as schedule:
        schedule.ask()
        schedule.ask()
        await blog.read(1)
        await asyncio.sleep(0.02)
    assert blog.news_only == [False]


async def test_after_failures_the_pauses_grow_and_the_trouble_is_told() -> None:
    blog = Blog(*[SourceError("gone")] * 5)
    async with running(blog, Every(news=0.02, everything=None)) as schedule:
        await blog.read(3)
        assert schedule.last is not None
        assert schedule.last.trouble == "gone"
        began = asyncio.get_running_loop().time()
        await blog.read(4)
        assert asyncio.get_running_loop().time() - began > 0.02 * 2**3 * 0.5


async def test_an_error_that_nobody_expected_does_not_end_it() -> None:
    blog = Blog(ZeroDivisionError())
    async with running(blog, Every(news=0.01, everything=None)):
        await blog.read(2)


async def test_a_rollback_holds_until_somebody_asks() -> None:
    blog = Blog(rolled_back=True)
    async with running(blog, Every(news=0.01, everything=0.02), at_once=True) as schedule:
        await asyncio.sleep(0.1)
        assert blog.news_only == []
        schedule.ask()
        await blog.read(1)
    assert blog.news_only == [False]


async def test_a_reindex_that_runs_already_is_waited_for_where_somebody_asks() -> None:
    blog = Blog(ReindexRunning("running"))
    async with running(blog, NEVER) as schedule:
        schedule.ask()
        await blog.read(1)
        assert schedule.last is None
