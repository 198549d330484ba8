"""The manners towards one host: what its robots.txt allows (RFC 9309), and the pace of requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from protego import Protego

AGENT = "askBen"
_AT_ONCE = 4  # requests to one host
_LONGEST_DELAY = 5.0  # seconds between two requests, whatever robots.txt asks for
_ROBOTS_AGE = 24 * 3600.0  # seconds for which a robots.txt holds (section 2.4)

FetchText = Callable[[str], Awaitable[str]]


class Host:
    """One host. Its robots.txt is fetched by who asks, with what is handed in."""

    def __init__(self, origin: str, interval: float) -> None:
        self._origin = origin
        self._interval = interval
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._next = 0.0
        self._robots: Protego | None = None
        self._robots_until = 0.0
        self._asking = asyncio.Lock()

    async def robots(self, fetch: FetchText) -> Protego:
        """Return its robots.txt, asked for once a day."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if self._robots is None or now > self._robots_until:
                try:
                    text = await fetch(f"{self._origin}/robots.txt")
                except aiohttp.ClientError:
                    text = ""  # the page itself will say what is wrong
                self._robots = Protego.parse(text)
                self._robots_until = now + _ROBOTS_AGE
                delay = self._robots.crawl_delay(AGENT) or 0.0
                self._interval = max(self._interval, min(delay, _LONGEST_DELAY))
            return self._robots

    async def allows(self, url: str, fetch: FetchText) -> bool:
        """Tell whether askBen may fetch an address."""
        return bool((await self.robots(fetch)).can_fetch(url, AGENT))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until the host may be asked again."""
        async with self._slots:
            now = asyncio.get_running_loop().time()
            begin = max(self._next, now)
            self._next = begin + self._interval
            await asyncio.sleep(begin - now)
            yield
