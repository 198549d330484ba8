"""Joins a question to the same one that is being answered already: one answer, heard by both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from bot.answering.types import Answer, Draft, Question, Turn

Events = AsyncGenerator[Draft | Answer]
_Key = tuple[str, tuple[Turn, ...], bool, str]


class Joining:
    """Answers every question once at a time, however many ask it."""

    def __init__(self, answer: Callable[[Question], Events]) -> None:
        self._answer = answer
        self._running: dict[_Key, _Shared] = {}

    async def answer(self, question: Question) -> Events:
        """Yield the events of an answer, the newest draft first where it is joined late."""
        text = " ".join(question.text.casefold().split())
        key = (text, question.history, question.quick, question.locale)
        shared = self._running.get(key)
        if shared is None or shared.over:
            shared = self._running[key] = _Shared(self._answer(question))
        try:
            async with aclosing(shared.listen()) as events:
                async for event in events:
                    yield event
        finally:
            if await shared.left() and self._running.get(key) is shared:
                del self._running[key]


class _Shared:
    """One answer and those who hear it. It ends when it is given, or when nobody hears it."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._newest: Draft | Answer | None = None
        self._bells: set[asyncio.Event] = set()
        self._work = asyncio.create_task(self._run())
        self._work.add_done_callback(lambda _: self._ring())

    @property
    def over(self) -> bool:
        """Whether there is nothing to join any more."""
        return self._work.done() or isinstance(self._newest, Answer)

    async def listen(self) -> Events:
        bell = asyncio.Event()
        self._bells.add(bell)
        told: Draft | Answer | None = None
        try:
            while not isinstance(told, Answer):
                if self._newest is told:
                    if self._work.done():
                        self._work.result()  # raises what the answer raised
                        return
                    await bell.wait()
                bell.clear()
                if self._newest is not None and self._newest is not told:
                    told = self._newest
                    yield told
        finally:
            self._bells.discard(bell)

    async def left(self) -> bool:
        """Tell whether nobody hears it any more; then it is at its end."""
        if self._bells:
            return False
        self._work.cancel()
        await asyncio.wait({self._work})
        return True

    async def _run(self) -> None:
        async with aclosing(self._events) as events:
            async for event in events:
                self._newest = event
                self._ring()
                await asyncio.sleep(0)  # let everybody hear each event

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()
