"""Waits for the next piece of an answer without losing it where the wait is over first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bot.llm import Piece


class Ahead:
    """Pieces of which the next one is asked for ahead."""

    def __init__(self, pieces: AsyncGenerator[Piece]) -> None:
        self._pieces = pieces
        self._next: asyncio.Task[Piece | None] | None = None

    async def arrived_by(self, moment: float) -> bool:
        """Tell whether the next piece, the end or an error is there by then."""
        task = self._ask()
        await asyncio.wait({task}, timeout=moment - asyncio.get_running_loop().time())
        return task.done()

    async def next(self) -> Piece | None:
        """Return the next piece, None at the end. Raises what the pieces raise."""
        task, self._next = self._ask(), None
        return await task

    async def aclose(self) -> None:
        """End the pieces, wherever they are."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.wait({self._next})
            if not self._next.cancelled():
                self._next.exception()  # nobody waits for it any more
        await self._pieces.aclose()

    def _ask(self) -> asyncio.Task[Piece | None]:
        if self._next is None:
            self._next = asyncio.create_task(self._one())
        return self._next

    async def _one(self) -> Piece | None:
        return await anext(self._pieces, None)
