"""The publish action of a blog has the sources read again, and nobody else does."""

from __future__ import annotations

import aiohttp
import pytest

from bot.health import serve_health
from bot.publish_hook import publish_hook


async def no_metrics() -> bytes:
    return b""


async def post(headers: dict[str, str]) -> tuple[int, int]:
    """Return the status, and how often the sources were asked for."""
    asked: list[None] = []
    hook = publish_hook("a key", lambda: asked.append(None))
    async with (
        serve_health("127.0.0.1", 0, checks={}, metrics=no_metrics, routes=[hook]) as port,
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/reindex", headers=headers) as response,
    ):
        return response.status, len(asked)


async def test_with_the_key_the_blog_is_read_again() -> None:
    assert await post({"Authorization": "Bearer a key"}) == (202, 1)


@pytest.mark.parametrize(
    "given", ["", "Bearer another key", "a key", "Bearer a key2", "Bearer \xff"]
)
async def test_without_it_nothing_happens(given: str) -> None:
    assert await post({"Authorization": given} if given else {}) == (401, 0)
