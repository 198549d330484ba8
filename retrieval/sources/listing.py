"""What a blog lists: the entries of its feed, the pages of its sitemap, or those it links to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from charset_normalizer import from_bytes

from retrieval.documents import FailedPage
from retrieval.errors import FetchError, PageError, PageGone, SourceError
from retrieval.parsing.addresses import (
    is_of_site,
    may_be_post,
    normalised,
    same_page,
    without_lists,
)
from retrieval.parsing.feeds import FeedEntry, read_feed
from retrieval.parsing.links import Links, read_links
from retrieval.parsing.sitemaps import Sitemap, read_sitemap
from retrieval.sources.fetching import Fetcher
from retrieval.sources.http_cache import CachedResponse

_USUAL_FEEDS = ("feed.xml", "index.xml", "rss.xml", "atom.xml", "feed/", "feed", "rss", "feed.json")
_USUAL_SITEMAPS = ("sitemap.xml", "sitemap_index.xml", "sitemap-index.xml")
_MOST_PAGES = 20_000
_MOST_SITEMAPS = 200
_DEEPEST = 3  # links from the first page, where there is no sitemap
_AT_ONCE = 8  # pages


@dataclass(slots=True)
class Listed:
    """What a blog lists: the entries of its feed, and the pages that are in no feed.

    A list that `failed` may have had any post in it. What `lists_all` has no post that it does not
    name.
    """

    entries: dict[str, FeedEntry] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    failed: list[FailedPage] = field(default_factory=list)
    is_feed: bool = False
    lists_all: bool = False


class Listing:
    """Finds out what the blog at an address lists."""

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        self._url = url
        self._fetcher = fetcher

    async def read(self, *, news_only: bool) -> Listed:
        """Tell what lies at the address, and what it leads to; for the news, its feed alone.

        Raises SourceError when the address cannot be read.
        """
        try:
            first = await self._fetcher.get(self._url, is_list=True)
        except FetchError as error:
            raise SourceError(f"{self._url} {error}") from error
        feed = await asyncio.to_thread(read_feed, first.body, first.final_url)
        if feed is not None:
            return Listed(_by_url(feed), is_feed=True)
        found = Listed()
        sitemap = await asyncio.to_thread(read_sitemap, first.body, first.final_url)
        if sitemap is None:
            links = await asyncio.to_thread(read_links, text_of_response(first), first.final_url)
            await self._add_site(found, first.final_url, links, news_only=news_only)
        elif not news_only:
            await self._add_sitemaps(found, sitemap)
        return found

    async def _add_site(self, found: Listed, site: str, links: Links, *, news_only: bool) -> None:
        """Add what the feed, the sitemap, and where there is none the links of a site list."""
        found.entries |= await self._of_feeds(found, site, links.feeds)
        if news_only:
            return
        try:
            stated = await self._fetcher.sitemaps(site)
        except FetchError as error:
            raise SourceError(f"{self._url} {error}") from error
        guessed = [] if stated else [urljoin(site, f"/{name}") for name in _USUAL_SITEMAPS]
        await self._add_sitemaps(found, Sitemap((), (*stated, *guessed)), guessed=guessed)
        pages = [url for url in found.pages if is_of_site(url, site)]
        found.lists_all = bool(pages)
        if not pages:
            pages = await self._linked(site, links)
        listed = {same_page(url) for url in found.entries}
        posts = without_lists([url for url in pages if may_be_post(url)])
        found.pages = [url for url in posts if same_page(url) not in listed]

    async def _of_feeds(
        self, found: Listed, site: str, stated: Iterable[str]
    ) -> dict[str, FeedEntry]:
        """Return the entries of the first feed that has any."""
        base = site if site.endswith("/") else f"{site}/"
        stated = [url for url in stated if "comments" not in url]
        for url in dict.fromkeys([*stated, *(urljoin(base, name) for name in _USUAL_FEEDS)]):
            response = await self._list(url, found, guessed=url not in stated)
            if response:
                body, address = response.body, response.final_url
                entries = await asyncio.to_thread(read_feed, body, address)
                if entries:
                    return _by_url(entries)
                if entries is None and url in stated:
                    found.failed.append(FailedPage(url, "is no feed that can be read"))
        return {}

    async def _add_sitemaps(
        self, found: Listed, first: Sitemap, guessed: Sequence[str] = ()
    ) -> None:
        """Add the pages of a sitemap, and of those that it lists, each sitemap read once."""
        pages = dict.fromkeys(map(normalised, first.pages))
        waiting, seen = list(first.sitemaps), {self._url}
        while waiting and len(seen) < _MOST_SITEMAPS and len(pages) < _MOST_PAGES:
            stated = waiting.pop(0)
            url = normalised(stated)
            if url in seen:
                continue
            seen.add(url)
            response = await self._list(url, found, guessed=stated in guessed)
            if response:
                body, address = response.body, response.final_url
                sitemap = await asyncio.to_thread(read_sitemap, body, address)
                if sitemap is None and stated not in guessed:
                    found.failed.append(FailedPage(url, "is no sitemap that can be read"))
                pages |= dict.fromkeys(map(normalised, sitemap.pages if sitemap else ()))
                waiting += sitemap.sitemaps if sitemap else ()
        found.pages = list(pages)[:_MOST_PAGES]
        found.lists_all = True

    async def _linked(self, site: str, links: Links) -> list[str]:
        """Return the pages of a site that links lead to, from its first page on."""
        found: dict[str, str] = {}
        layer = list(links.pages)
        for _ in range(_DEEPEST):
            new = {
                same_page(url): normalised(url)
                for url in layer
                if is_of_site(url, site) and same_page(url) not in found
            }
            found |= new
            if not new or len(found) >= _MOST_PAGES:
                break
            layer = []
            async for _, response in responses(self._fetcher, list(new.values())):
                if isinstance(response, CachedResponse) and is_html(response):
                    layer += (
                        await asyncio.to_thread(
                            read_links, text_of_response(response), response.final_url
                        )
                    ).pages
        return list(found.values())[:_MOST_PAGES]

    async def _list(self, url: str, found: Listed, *, guessed: bool) -> CachedResponse | None:
        """Return a feed or a sitemap; one that should be there and is not counts as failed."""
        try:
            return await self._fetcher.get(url, is_list=True)
        except FetchError as error:
            gone = isinstance(error, PageGone)
            if not gone and (not guessed or await self._fetcher.is_known(url)):
                found.failed.append(FailedPage(url, str(error)))
            return None


async def responses(
    fetcher: Fetcher, urls: Iterable[str]
) -> AsyncIterator[tuple[str, CachedResponse | PageError]]:
    """Yield what lies at the addresses, in their order, several fetched at a time."""
    tasks: list[tuple[str, asyncio.Task[CachedResponse | PageError]]] = []
    waiting = list(urls)[::-1]
    try:
        while waiting or tasks:
            while waiting and len(tasks) < _AT_ONCE:
                url = waiting.pop()
                tasks.append((url, asyncio.create_task(_outcome(fetcher, url))))
            url, task = tasks.pop(0)
            yield url, await task
    finally:
        for _, task in tasks:
            task.cancel()
        await asyncio.gather(*(task for _, task in tasks), return_exceptions=True)


def is_html(response: CachedResponse) -> bool:
    """Tell whether a response is a page."""
    kind = response.content_type.lower()
    return not kind or "html" in kind


def text_of_response(response: CachedResponse) -> str:
    """Return a body as text, in the encoding that its header or its beginning names."""
    _, _, charset = response.content_type.lower().partition("charset=")
    try:
        return response.body.decode(charset.strip("\"' ;") or "utf-8")
    except (LookupError, UnicodeDecodeError):
        best = from_bytes(response.body).best()
        return str(best) if best else response.body.decode("utf-8", "replace")


async def _outcome(fetcher: Fetcher, url: str) -> CachedResponse | PageError:
    try:
        return await fetcher.get(url)
    except PageError as error:
        return error


def _by_url(entries: Iterable[FeedEntry]) -> dict[str, FeedEntry]:
    found: dict[str, FeedEntry] = {}
    for entry in entries:
        if entry.url.startswith(("http://", "https://")):
            found.setdefault(normalised(entry.url), entry)
    return found
