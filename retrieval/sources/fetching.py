"""Fetches pages politely and safely: robots.txt, conditional requests, limits, public hosts."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

from retrieval.errors import FetchError, PageGone, PageRefused
from retrieval.parsing.addresses import normalised
from retrieval.sources.http_cache import CachedResponse, HttpCache
from retrieval.sources.manners import AGENT, Host
from retrieval.sources.public_addresses import PublicResolver, may_be_public, refusal

_REDIRECTS = {301, 302, 303, 307, 308}
_REFUSALS = {400, 401, 403, 405, 406}
_MOST_REDIRECTS = 5
_LISTS = 50_000_000  # bytes that a sitemap may have by its protocol, and a feed here
_BLOCK = 1 << 16

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`largest` is in bytes after decompression, `seconds` is for one response, redirects and all.

    Two requests to a host begin at least `interval` seconds apart. `private` allows addresses that
    are not public, such as those of a home network.
    """

    largest: int = 4_000_000
    seconds: float = 20.0
    interval: float = 0.1
    private: bool = False


class Fetcher:
    """One HTTP session for all sources, opened on first use."""

    def __init__(self, cache: Path, limits: FetchLimits) -> None:
        """Keep what is fetched in the file `cache`."""
        self._cache_file = cache
        self._limits = limits
        self._cache: HttpCache | None = None
        self._session: aiohttp.ClientSession | None = None
        self._hosts: dict[str, Host] = {}
        self._opening = asyncio.Lock()

    async def get(self, url: str, *, is_list: bool = False) -> CachedResponse:
        """Return what lies at an address, from the cache where its server says it is the same.

        A list of posts, a feed or a sitemap, may be larger than a page; robots.txt is not asked,
        for whoever runs askBen, or the site itself, named it. Raises PageGone where there is
        nothing (any more), and FetchError for everything else; both say how to mend it.
        """
        url = normalised(url)
        session, cache = await self._open()
        known = await asyncio.to_thread(cache.get, url)
        largest = max(_LISTS, self._limits.largest) if is_list else self._limits.largest
        try:
            async with asyncio.timeout(self._limits.seconds):
                response = await self._follow(session, url, known, largest, obey=not is_list)
        except TimeoutError as error:
            raise FetchError(f"took longer than {self._limits.seconds:.0f} s") from error
        except aiohttp.ClientError as error:
            raise FetchError(f"cannot be fetched ({_reason(error)})") from error
        except PageGone:
            await asyncio.to_thread(cache.forget, url)
            raise
        if response is not known:
            await asyncio.to_thread(cache.put, url, response)
        return response

    async def is_known(self, url: str) -> bool:
        """Tell whether something was fetched from an address before."""
        _, cache = await self._open()
        return await asyncio.to_thread(cache.get, normalised(url)) is not None

    async def sitemaps(self, url: str) -> list[str]:
        """Return the sitemaps that the robots.txt of a host names. Raises FetchError."""
        session, _ = await self._open()
        try:
            async with asyncio.timeout(self._limits.seconds):
                robots = await self._host(url).robots(lambda a: self._robots_txt(session, a))
        except TimeoutError:
            return []
        return list(robots.sitemaps)

    async def close(self) -> None:
        """Close the session and the cache. Closing twice does nothing."""
        session, self._session = self._session, None
        cache, self._cache = self._cache, None
        if session:
            await session.close()
        if cache:
            await asyncio.to_thread(cache.close)

    async def _open(self) -> tuple[aiohttp.ClientSession, HttpCache]:
        async with self._opening:
            if self._session is None or self._cache is None:
                self._cache = await asyncio.to_thread(_open_cache, self._cache_file)
                resolver = None if self._limits.private else PublicResolver()
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(resolver=resolver, limit=16),
                    headers={"User-Agent": f"{AGENT}/{version('askben')}", "Accept": "*/*"},
                    cookie_jar=aiohttp.DummyCookieJar(),
                )
            return self._session, self._cache

    async def _follow(
        self,
        session: aiohttp.ClientSession,
        url: str,
        known: CachedResponse | None,
        largest: int,
        *,
        obey: bool,
    ) -> CachedResponse:
        address = url
        for _ in range(_MOST_REDIRECTS + 1):
            self._check(address)
            host = self._host(address)
            if obey and not await host.allows(address, lambda a: self._robots_txt(session, a)):
                raise FetchError("is closed to askBen by the robots.txt of its site")
            async with (
                host.turn(),
                session.get(address, headers=_conditions(known), allow_redirects=False) as response,
            ):
                if response.status not in _REDIRECTS:
                    return await self._read(response, known, largest)
                address = urljoin(address, response.headers.get("Location", ""))
        raise FetchError("redirects in a circle, or too often")

    async def _read(
        self, response: aiohttp.ClientResponse, known: CachedResponse | None, largest: int
    ) -> CachedResponse:
        if response.status == 304 and known is not None:  # noqa: PLR2004 - not modified
            return known
        if response.status in {404, 410}:
            raise PageGone(f"is gone ({response.status})")
        if response.status != 200:  # noqa: PLR2004 - OK
            kind = PageRefused if response.status in _REFUSALS else FetchError
            raise kind(f"is answered with {response.status} {response.reason or ''}".rstrip())
        body = bytearray()
        async for block in response.content.iter_chunked(_BLOCK):
            body += block
            if len(body) > largest:
                raise FetchError(
                    f"is larger than {largest / 1e6:.1f} MB; raise ASKBEN_LARGEST_PAGE"
                )
        headers = response.headers
        return CachedResponse(
            etag=headers.get("ETag"),
            last_modified=headers.get("Last-Modified"),
            final_url=normalised(str(response.url)),
            content_type=headers.get("Content-Type", ""),
            noindex="noindex" in headers.get("X-Robots-Tag", "").lower(),
            body=bytes(body),
        )

    async def _robots_txt(self, session: aiohttp.ClientSession, url: str) -> str:
        """Return a robots.txt, empty where there is none or it is refused (RFC 9309, 2.3.1).

        Raises FetchError where the server fails: nothing is then allowed.
        """
        try:
            response = await self._follow(session, url, None, self._limits.largest, obey=False)
        except PageGone:
            return ""
        except PageRefused:
            return ""
        except FetchError as error:
            raise FetchError(f"has a robots.txt that {error}") from error
        return response.body.decode("utf-8", "replace")

    def _host(self, url: str) -> Host:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        return self._hosts.setdefault(origin, Host(origin, self._limits.interval))

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise FetchError(f"leads to {url}, which is no web address")
        if not self._limits.private and not may_be_public(parts.hostname):
            raise FetchError(refusal(parts.hostname))


def _open_cache(file: Path) -> HttpCache:
    """Open the cache; one that is damaged is begun anew, for it holds nothing but copies."""
    try:
        try:
            return HttpCache(file)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            _log.warning("%s is damaged (%s) and begun anew", file, error)
            file.unlink()
            return HttpCache(file)
    except (OSError, sqlite3.Error) as error:
        raise FetchError(
            f"cannot be kept in {file} ({error}); set ASKBEN_DATA_DIR to another folder"
        ) from error


def _conditions(known: CachedResponse | None) -> dict[str, str]:
    if known is None:
        return {}
    marks = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: mark for name, mark in marks.items() if mark}


def _reason(error: aiohttp.ClientError) -> str:
    return str(error.__cause__ or error) or type(error).__name__
