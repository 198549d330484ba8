"""The answers that are being given, so that a stop waits for them, and ends those that go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LAST_WORDS = 2.0  # seconds for what an answer that is ended has to say

_log = logging.getLogger(__name__)


class RunningAnswers:
    """The tasks that give answers, of one client."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether an answer that is cancelled now is so because the bot stops."""
        return self._stopping

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the current task as one that gives an answer."""
        task = asyncio.current_task()
        if task is None or task in self._tasks:
            yield
            return
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def finish(self, within: float) -> None:
        """Wait for the answers for some seconds, then end those that are still being given."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within)
        self._stopping = True
        for task in late:
            task.cancel()
        if late:
            _log.warning("%d answers were not finished before the stop", len(late))
            await asyncio.wait(late, timeout=_LAST_WORDS)
