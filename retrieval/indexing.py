"""One reindex, from the sources to the swap. The old index serves until the last step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from retrieval.calibration import calibrate
from retrieval.chunking import chunk
from retrieval.documents import (
    Chunk,
    Document,
    FailedPage,
    Fingerprint,
    IndexedPost,
    IndexInfo,
    LeftOutPage,
    Page,
)
from retrieval.embedding import Embedder
from retrieval.embedding.vocabulary import Vocabulary
from retrieval.errors import PageError, ReindexRunning, SourceError
from retrieval.languages import detect_language
from retrieval.parsing import parse
from retrieval.planning import ChunkedPage, Plan, ReadPage, UnchangedPage, make_plan
from retrieval.sources import Source
from retrieval.stores import Index, Store

_BATCH = 128  # chunks embedded and written between two reports of progress


class Stage(StrEnum):
    """What a reindex is doing."""

    LOADING = "loading"  # the embedding model, which may have to be built or fetched first
    READING = "reading"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex has come. `total` is None where it is not known yet."""

    stage: Stage
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a reindex did. `posts` and `chunks` count the index that now serves."""

    posts: int
    chunks: int
    embedded: int
    kept: int
    dropped: int
    failed: tuple[FailedPage, ...]
    left_out: tuple[LeftOutPage, ...]
    seconds: float
    fingerprint: Fingerprint
    dimension: int


class Indexer:
    """Runs one reindex at a time."""

    def __init__(
        self,
        *,
        store: Store,
        embedder: Embedder,
        clock: Callable[[], datetime],
        language: str | None = None,
    ) -> None:
        """Take the parts. Without a `language`, that of the blog is detected at the first index."""
        self._store = store
        self._embedder = embedder
        self._clock = clock
        self._language = language
        self._running = asyncio.Lock()

    @property
    def running(self) -> bool:
        """Whether a reindex is under way."""
        return self._running.locked()

    async def reindex(
        self, sources: Sequence[Source], on_progress: Callable[[Progress], None] | None = None
    ) -> Report:
        """Bring the index up to the sources and let the result serve.

        Raises ReindexRunning when one is under way already, and SourceError, ModelError
        or StoreError when the new index cannot be made; the old one then serves on.
        """
        if self._running.locked():
            raise ReindexRunning("A reindex is running already; wait for it to end")
        async with self._running:
            reindex = _Reindex(
                self._store,
                self._embedder,
                self._clock(),
                self._language,
                on_progress or _silent,
            )
            return await reindex.run(sources)


class _Reindex:
    """The state of one run."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        now: datetime,
        language: str | None,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._now = now
        self._language = language
        self._on_progress = on_progress
        self._vocabulary: Vocabulary | None = None

    async def run(self, sources: Sequence[Source]) -> Report:
        started = time.monotonic()
        old = await self._store.serving()
        language = self._language or (old.info.fingerprint.language if old else None)
        same_vectors = (
            old is not None
            and language is not None
            and old.info.fingerprint == self._embedder.fingerprint(language)
        )
        posts = (await old.catalogue()).posts if old and same_vectors else {}
        pages = await self._read(sources, posts)
        # What another model embedded cannot be taken over, but its text can be embedded again.
        rescued = await _rescue(pages, old) if old and not same_vectors else []
        plan = make_plan(posts, [*pages, *rescued])
        _require_posts(plan, pages)
        fingerprint = self._embedder.fingerprint(language or _language_of(plan))
        if old and same_vectors and old.info.calibration and plan.changes_nothing:
            dimension = old.info.dimension
        else:
            dimension = await self._embedder.dimension()
            info = IndexInfo(
                fingerprint=fingerprint,
                dimension=dimension,
                posts=plan.posts,
                chunks=plan.chunks,
                sources=tuple(source.name for source in sources),
                built_at=self._now,
            )
            await self._build(plan, info)
        return Report(
            posts=plan.posts,
            chunks=plan.chunks,
            embedded=len(plan.embed),
            kept=len(plan.kept),
            dropped=len(plan.dropped),
            failed=tuple(page for page in pages if isinstance(page, FailedPage)),
            left_out=tuple(page for page in pages if isinstance(page, LeftOutPage)),
            seconds=time.monotonic() - started,
            fingerprint=fingerprint,
            dimension=dimension,
        )

    async def _read(
        self, sources: Sequence[Source], posts: Mapping[str, IndexedPost]
    ) -> list[ReadPage]:
        pages: list[ReadPage] = []
        addresses: dict[str, str] = {}
        for source in sources:
            async for page in source.pages():
                pages.append(await self._read_page(page, posts, addresses))
                self._on_progress(Progress(Stage.READING, len(pages), None))
        return pages

    async def _read_page(
        self,
        page: Page | FailedPage | LeftOutPage,
        posts: Mapping[str, IndexedPost],
        addresses: dict[str, str],
    ) -> ReadPage:
        if not isinstance(page, Page):
            return page
        known = posts.get(page.post)
        if known is not None and known.digest == page.digest:
            return _clash(page.post, known.url, addresses) or UnchangedPage(page.post)
        try:
            document = await asyncio.to_thread(parse, page, today=self._now.date())
        except PageError as error:
            return FailedPage(page.post, str(error))
        if isinstance(document, LeftOutPage):
            return document
        clash = _clash(page.post, document.url, addresses)
        return clash or ChunkedPage(page.post, await self._chunk(document, page.digest))

    async def _chunk(self, document: Document, digest: str) -> tuple[Chunk, ...]:
        if self._vocabulary is None:
            self._on_progress(Progress(Stage.LOADING, 0, None))
            self._vocabulary = await self._embedder.vocabulary()
        measure = self._vocabulary
        chunks = await asyncio.to_thread(
            chunk, document, page_digest=digest, count_tokens=measure.count, limit=measure.limit
        )
        return tuple(chunks)

    async def _build(self, plan: Plan, info: IndexInfo) -> None:
        done, total = 0, len(plan.embed)
        language = info.fingerprint.language
        self._on_progress(Progress(Stage.EMBEDDING, done, total))
        async with self._store.build(dimension=info.dimension) as build:
            if plan.kept:
                await build.keep(plan.kept, plan.fresh)
            for start in range(0, total, _BATCH):
                batch = plan.embed[start : start + _BATCH]
                await build.add(await self._embedder.embed_chunks(batch, language))
                done += len(batch)
                self._on_progress(Progress(Stage.EMBEDDING, done, total))
            calibration = await calibrate(await build.finished(info), self._embedder)
            await build.swap(replace(info, calibration=calibration))


async def _rescue(pages: Sequence[ReadPage], old: Index) -> list[ReadPage]:
    """Return what an index of another model holds of the pages that failed."""
    posts = (await old.catalogue()).posts
    rescued: list[ReadPage] = []
    for page in pages:
        if isinstance(page, FailedPage) and page.post in posts:
            chunks = await old.chunks(posts[page.post].chunk_ids)
            rescued.append(ChunkedPage(page.post, tuple(chunks)))
    return rescued


def _language_of(plan: Plan) -> str:
    return detect_language(chunk.text for chunk in plan.embed)


def _clash(post: str, url: str, addresses: dict[str, str]) -> FailedPage | None:
    """Note the address of a post; return a failure if it is that of an earlier one."""
    other = addresses.setdefault(url, post)
    if other == post:
        return None
    return FailedPage(post, f"has the same address as {other} ({url}); give one a slug of its own")


def _require_posts(plan: Plan, pages: Sequence[ReadPage]) -> None:
    if plan.posts:
        return
    reasons = [
        f"{page.post} {page.why}" for page in pages if isinstance(page, FailedPage | LeftOutPage)
    ]
    raise SourceError(f"None of the pages can be indexed: {'; '.join(reasons[:3])}")


def _silent(_: Progress) -> None:
    pass
