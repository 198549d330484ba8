"""Waiting for something to happen in the fake, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class News:
    """Wakes whoever waits, each time that something has changed."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def wait(self, predicate: Callable[[], T], timeout: float = 5) -> Coroutine[Any, Any, T]:
        """Wait until the predicate holds after a change of the fake, and return its value.

        What only the client knows is not a change of the fake: `discord.Client.wait_for` is.
        """
        return self._wait(predicate, timeout)

    async def _wait(self, predicate: Callable[[], T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                while not (value := predicate()):
                    future = asyncio.get_running_loop().create_future()
                    self._waiting.append(future)
                    await future
                return value
        except TimeoutError:
            message = f"no change of the fake in {seconds} s was the one that the test waits for"
            raise TimeoutError(message) from None
