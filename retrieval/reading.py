"""Reads the sources of a reindex: every page parsed and cut into chunks, if it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.chunking import chunk
from retrieval.documents import (
    Document,
    FailedPage,
    IndexedPost,
    LeftOutPage,
    SourcePage,
    UnlistedPage,
)
from retrieval.embedding import Embedder
from retrieval.embedding.vocabulary import Vocabulary
from retrieval.errors import PageError, SourceError
from retrieval.parsing import parse
from retrieval.parsing.addresses import same_page
from retrieval.planning import ChunkedPage, PlannedChunk, ReadPage, UnchangedPage
from retrieval.sources import Source
from retrieval.spool import ChunkSpool


@dataclass(frozen=True, slots=True)
class ReadSources:
    """All pages of the sources; not `complete` if one of several sources could not be read."""

    pages: tuple[ReadPage, ...]
    complete: bool


class SourceReader:
    """Reads the sources once, for one reindex."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        spool: ChunkSpool,
        known: Mapping[str, IndexedPost],
        today: date,
        on_page: Callable[[int], None],
        on_loading: Callable[[], None],
    ) -> None:
        """Take what is indexed already, and where chunks go; `on_page` hears how many were read."""
        self._embedder = embedder
        self._spool = spool
        self._known = known
        self._today = today
        self._on_page = on_page
        self._on_loading = on_loading
        self._vocabulary: Vocabulary | None = None
        self._addresses: dict[str, tuple[str, str]] = {}

    async def read(self, sources: Sequence[Source], *, news_only: bool = False) -> ReadSources:
        """Read every source, or what is new in it. Raises SourceError if none can be read."""
        pages: list[ReadPage] = []
        errors: list[SourceError] = []
        for source in sources:
            try:
                async for page in source.pages(self._known, news_only=news_only):
                    pages.append(await self._read(page, source.name))
                    self._on_page(len(pages))
            except SourceError as error:
                errors.append(error)
                pages.append(FailedPage(source.name, f"cannot be read: {error}"))
        if errors and len(errors) == len(sources):
            raise errors[0]
        return ReadSources(tuple(pages), complete=not errors)

    async def _read(self, page: SourcePage, source: str) -> ReadPage:
        if isinstance(page, LeftOutPage):
            return page
        known = self._known.get(page.post)
        if isinstance(page, FailedPage | UnlistedPage):
            clash = self._clash(page.post, known.url, source) if known else None
            return clash or (page if isinstance(page, FailedPage) else UnchangedPage(page.post))
        if known is not None and known.digest == page.digest:
            return self._clash(page.post, known.url, source) or UnchangedPage(page.post)
        try:
            document = await asyncio.to_thread(parse, page, today=self._today)
        except PageError as error:
            return FailedPage(page.post, str(error))
        if isinstance(document, LeftOutPage):
            return document
        clash = self._clash(page.post, document.url, source)
        return clash or ChunkedPage(page.post, await self._chunk(document, page.digest))

    async def _chunk(self, document: Document, digest: str) -> tuple[PlannedChunk, ...]:
        if self._vocabulary is None:
            self._on_loading()
            self._vocabulary = await self._embedder.vocabulary()
        measure = self._vocabulary
        chunks = await asyncio.to_thread(
            chunk, document, page_digest=digest, count_tokens=measure.count, limit=measure.limit
        )
        return await asyncio.to_thread(self._spool.put, chunks)

    def _clash(self, post: str, url: str, source: str) -> FailedPage | LeftOutPage | None:
        """Note the address of a post; return what becomes of one that has that of an earlier one.

        In one folder that is a slip of its author; a post of two sources is simply one post.
        """
        address = same_page(url) if url.startswith("http") else url
        other, its_source = self._addresses.setdefault(address, (post, source))
        if (other, its_source) == (post, source):
            return None
        if its_source != source or post.startswith("http"):
            return LeftOutPage(post, f"is the same post as {other}")
        return FailedPage(
            post, f"has the same address as {other} ({url}); give one a slug of its own"
        )
