"""A blog on the web: its feed, its sitemap, or a site of which nothing but the address is known."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import urljoin

from retrieval.documents import (
    FailedPage,
    IndexedPost,
    LeftOutPage,
    Page,
    PageFormat,
    SourcePage,
    StatedFacts,
    UnlistedPage,
)
from retrieval.errors import PageError, PageGone, SourceError
from retrieval.parsing import PARSER_VERSION
from retrieval.parsing.addresses import is_of_site, normalised, same_page
from retrieval.parsing.feeds import FeedEntry
from retrieval.sources.fetching import Fetcher
from retrieval.sources.http_cache import CachedResponse
from retrieval.sources.listing import Listed, Listing, is_html, responses, text_of_response

_FRESH = 20  # entries of a feed whose pages are asked for again each time


class WebSource:
    """Reads a blog from an address."""

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        self._url = normalised(url)
        self._fetcher = fetcher
        self._listing = Listing(self._url, fetcher)
        self._has_feed = True  # until it was looked for

    @property
    def name(self) -> str:
        """The address."""
        return self._url

    async def pages(
        self, known: Mapping[str, IndexedPost], *, news_only: bool = False
    ) -> AsyncIterator[SourcePage]:
        """Yield the posts of the blog, those with their text in the feed first.

        With `news_only`, nothing is asked for but the feed and what is new in it. Raises
        SourceError when the address itself cannot be read, or leads to no post.
        """
        if news_only and not self._has_feed:
            for post in self._own(known, ()):
                yield UnlistedPage(post)
            return
        listed = await self._listing.read(news_only=news_only)
        self._has_feed = bool(listed.entries) or bool(listed.failed)
        if not (news_only or listed.entries or listed.pages or listed.failed):
            raise SourceError(
                f"{self._url} leads to no posts; name the address of its feed or sitemap"
            )
        for failed in listed.failed:
            yield failed
        async for page in self._listed(listed, known, news_only=news_only):
            yield page
        names = {same_page(url) for url in (*listed.entries, *listed.pages)}
        others = [p for p in self._own(known, listed.entries) if same_page(p) not in names]
        async for post in self._still_there(others, listed, known, news_only=news_only):
            yield UnlistedPage(post)

    async def _listed(
        self, listed: Listed, known: Mapping[str, IndexedPost], *, news_only: bool
    ) -> AsyncIterator[SourcePage]:
        """Yield the posts that are listed; for the news, old ones without looking at them again."""
        linked: list[str] = []
        for url, entry in listed.entries.items():
            if entry.content is not None:
                yield _page_of_entry(url, entry)
            elif news_only and url in known and len(linked) >= _FRESH:
                yield UnlistedPage(url)
            else:
                linked.append(url)
        async for page in self._fetched([*linked, *listed.pages], listed):
            yield page

    async def _fetched(self, urls: Iterable[str], listed: Listed) -> AsyncIterator[SourcePage]:
        async for url, response in responses(self._fetcher, urls):
            entry = listed.entries.get(url)
            if isinstance(response, PageGone):
                yield LeftOutPage(url, str(response))
            elif isinstance(response, PageError):
                yield FailedPage(url, str(response))
            elif response.noindex:
                yield LeftOutPage(url, "asks not to be indexed (noindex)")
            elif not is_html(response):
                yield LeftOutPage(url, f"is no page but {response.content_type or 'of no type'}")
            else:
                yield _page_of_response(url, response, entry.facts if entry else StatedFacts())

    async def _still_there(
        self,
        posts: Sequence[str],
        listed: Listed,
        known: Mapping[str, IndexedPost],
        *,
        news_only: bool,
    ) -> AsyncIterator[str]:
        """Yield those of the posts that are listed no more which are still there.

        A sitemap lists all posts. A feed lists the newest: one as young as those was taken off it,
        and is gone, while older ones are asked for. Where a list failed, nothing can be told.
        """
        days = [one.facts.published for one in listed.entries.values() if one.facts.published]
        oldest = min(days, default=None)
        doubtful = []
        for post in posts if listed.failed or not listed.lists_all else ():
            young = _is_younger(known[post], oldest)
            if listed.failed or (news_only and not young):
                yield post
            elif not (young and listed.is_feed):
                doubtful.append(post)
        async for post, response in responses(self._fetcher, doubtful):
            if not isinstance(response, PageGone):
                yield post

    def _own(self, known: Mapping[str, IndexedPost], listed: Iterable[str]) -> list[str]:
        """Return the posts that came from here, as far as their addresses tell."""
        hosts = {urljoin(url, "/") for url in (self._url, *listed)}
        return [
            post
            for post in known
            if post.startswith("http") and any(is_of_site(post, host) for host in hosts)
        ]


def _page_of_entry(url: str, entry: FeedEntry) -> Page:
    text = entry.content or ""
    return Page(
        post=url,
        url=url,
        text=text,
        format=PageFormat.FEED_ENTRY,
        digest=_digest(url, repr(entry.facts), text),
        facts=entry.facts,
    )


def _page_of_response(url: str, response: CachedResponse, facts: StatedFacts) -> Page:
    text = text_of_response(response)
    return Page(
        post=url,
        url=response.final_url,
        text=text,
        format=PageFormat.HTML,
        digest=_digest(response.final_url, repr(facts), text),
        facts=facts,
    )


def _is_younger(post: IndexedPost, day: date | None) -> bool:
    return post.published is not None and day is not None and post.published > day


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join((str(PARSER_VERSION), *parts)).encode()).hexdigest()[:32]
