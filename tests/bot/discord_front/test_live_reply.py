"""A live reply shows the newest version about once a second, and its last version at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import discord
import pytest

from bot.discord_front.live_reply import LiveReply


class Paper:
    """A place that remembers what was written on it, and may refuse."""

    def __init__(self, *, slowness: float = 0.0) -> None:
        self.written: list[str] = []
        self.slowness = slowness
        self.torn = False

    async def write(
        self,
        text: str,
        embeds: Sequence[discord.Embed] = (),
        buttons: discord.ui.View | None = None,
    ) -> int:
        await asyncio.sleep(self.slowness)
        if self.torn:
            raise ConnectionResetError
        self.written.append(text)
        return 1

    async def go_on(
        self, text: str, embeds: Sequence[discord.Embed], buttons: discord.ui.View | None
    ) -> int:
        return await self.write(text, embeds, buttons)


async def test_versions_in_quick_succession_are_written_once_a_second() -> None:
    paper = Paper()
    reply = LiveReply(paper)
    for number in range(25):
        reply.show(str(number))
        await asyncio.sleep(0.05)
    await reply.finish("end")
    assert paper.written[-1] == "end"
    assert 2 <= len(paper.written) <= 4


async def test_the_last_version_does_not_wait_for_the_next_second() -> None:
    paper = Paper()
    reply = LiveReply(paper)
    reply.show("first")
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await reply.finish("end")
    assert time.monotonic() - started < 0.2
    assert paper.written == ["first", "end"]


async def test_a_slow_older_version_is_never_written_after_the_last() -> None:
    paper = Paper(slowness=0.2)
    reply = LiveReply(paper)
    reply.show("first")
    await asyncio.sleep(0.05)
    await reply.finish("end")
    assert paper.written == ["first", "end"]


async def test_a_version_that_cannot_be_shown_does_not_stop_the_answer() -> None:
    paper = Paper()
    reply = LiveReply(paper)
    paper.torn = True
    reply.show("first")
    await asyncio.sleep(0.05)
    paper.torn = False
    await reply.finish("end")
    assert paper.written == ["end"]


async def test_a_last_version_that_cannot_be_shown_is_an_error() -> None:
    paper = Paper()
    paper.torn = True
    with pytest.raises(ConnectionResetError):
        await LiveReply(paper).finish("end")
