"""One reindex, from the sources to the swap. The old index serves until the last step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from retrieval.calibration import calibrate
from retrieval.documents import FailedPage, Fingerprint, IndexInfo, LeftOutPage
from retrieval.embedding import Embedder
from retrieval.errors import ReindexRefused, ReindexRunning, SourceError
from retrieval.languages import detect_language
from retrieval.planning import ChunkedPage, Plan, ReadPage, UnchangedPage, make_plan
from retrieval.reading import ReadSources, SourceReader
from retrieval.reports import Preview, Progress, Report, Stage
from retrieval.sources import Source
from retrieval.stores import Index, Store

_BATCH = 128  # chunks embedded and written between two reports of progress
_MOST_LOST = 0.2  # share of the posts that a reindex may remove without being told to
_FEWEST_LOST = 3  # of a small blog, a post or two may go
_CHUNKS_PER_SECOND = 20  # a cautious guess, for a plan that says how long it will take

# Takes the serving index and the new one, and raises ReindexRefused if the new one is worse.
Gate = Callable[[Index, Index], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, with what it was made from."""

    plan: Plan
    old: Index | None
    same_vectors: bool
    posts_before: tuple[str, ...]
    fingerprint: Fingerprint
    failed: tuple[FailedPage, ...]
    left_out: tuple[LeftOutPage, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether the serving index is already what a reindex would make."""
        old = self.old
        measured = old is not None and old.info.calibration is not None
        return measured and self.same_vectors and self.plan.changes_nothing


class Indexer:
    """Runs one reindex at a time."""

    def __init__(
        self,
        *,
        store: Store,
        embedder: Embedder,
        clock: Callable[[], datetime],
        language: str | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Take the parts. Without a `language`, that of the blog is detected at the first index."""
        self._gate = gate
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
        self,
        sources: Sequence[Source],
        on_progress: Callable[[Progress], None] | None = None,
        *,
        force: bool = False,
        news_only: bool = False,
    ) -> Report:
        """Bring the index up to the sources, or to the news in them, and let the result serve.

        Raises ReindexRunning when one is under way already; ReindexRefused when it would lose
        posts, or answers to golden questions, and is not forced; and SourceError, ModelError or
        StoreError when the new index cannot be made. The old one then serves on.
        """
        async with self._one_at_a_time():
            run = self._new(on_progress)
            return await run.run(sources, force=force, news_only=news_only)

    async def preview(
        self, sources: Sequence[Source], on_progress: Callable[[Progress], None] | None = None
    ) -> Preview:
        """Return what a reindex would do. Raises what a reindex raises, but changes nothing."""
        async with self._one_at_a_time():
            prepared = await self._new(on_progress).prepare(sources)
        plan = prepared.plan
        return Preview(
            changes=plan.changes,
            posts=plan.posts,
            chunks=plan.chunks,
            embed=len(plan.embed),
            kept=len(plan.kept),
            drop=len(plan.dropped),
            failed=prepared.failed,
            left_out=prepared.left_out,
            seconds=len(plan.embed) / _CHUNKS_PER_SECOND,
            refused=_too_great_a_loss(plan, prepared.posts_before),
            changes_nothing=prepared.changes_nothing,
        )

    async def rollback(self) -> IndexInfo:
        """Let the index before the serving one serve again, and return what is known of it.

        Raises ReindexRunning, StoreError, and NoIndex if there is none.
        """
        async with self._one_at_a_time():
            return (await self._store.rollback()).info

    async def rolled_back(self) -> bool:
        """Tell whether a rollback holds: the next reindex that a person asks for ends it."""
        return await self._store.rolled_back()

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        if self._running.locked():
            raise ReindexRunning("A reindex is running already; wait for it to end")
        async with self._running:
            yield

    def _new(self, on_progress: Callable[[Progress], None] | None) -> _Reindex:
        return _Reindex(
            store=self._store,
            embedder=self._embedder,
            now=self._clock(),
            language=self._language,
            gate=self._gate,
            on_progress=on_progress or _silent,
        )


@dataclass(frozen=True, slots=True)
class _Reindex:
    """One run."""

    store: Store
    embedder: Embedder
    now: datetime
    language: str | None
    gate: Gate | None
    on_progress: Callable[[Progress], None]

    async def run(self, sources: Sequence[Source], *, force: bool, news_only: bool) -> Report:
        started = time.monotonic()
        prepared = await self.prepare(sources, news_only=news_only)
        plan, old = prepared.plan, prepared.old
        loss = _too_great_a_loss(plan, prepared.posts_before)
        if loss and not force:
            raise ReindexRefused(f"{loss}; if that is right, run askben index --force")
        if old and prepared.changes_nothing:
            dimension = old.info.dimension
        else:
            dimension = await self.embedder.dimension()
            info = IndexInfo(
                fingerprint=prepared.fingerprint,
                dimension=dimension,
                posts=plan.posts,
                chunks=plan.chunks,
                sources=tuple(source.name for source in sources),
                built_at=self.now,
            )
            await self._build(plan, info, None if force else old)
        return Report(
            posts=plan.posts,
            chunks=plan.chunks,
            embedded=len(plan.embed),
            kept=len(plan.kept),
            dropped=len(plan.dropped),
            failed=prepared.failed,
            left_out=prepared.left_out,
            seconds=time.monotonic() - started,
            fingerprint=prepared.fingerprint,
            dimension=dimension,
        )

    async def prepare(self, sources: Sequence[Source], *, news_only: bool = False) -> Prepared:
        """Read the sources and plan what to do, without doing it."""
        old = await self.store.serving()
        language = self.language or (old.info.fingerprint.language if old else None)
        same_vectors = (
            old is not None
            and language is not None
            and old.info.fingerprint == self.embedder.fingerprint(language)
        )
        posts_before = (await old.catalogue()).posts if old else {}
        posts = posts_before if same_vectors else {}
        reader = SourceReader(
            embedder=self.embedder,
            known=posts,
            today=self.now.date(),
            on_page=lambda count: self.on_progress(Progress(Stage.READING, count, None)),
            on_loading=lambda: self.on_progress(Progress(Stage.LOADING, 0, None)),
        )
        read = await reader.read(sources, news_only=news_only)
        pages = list(read.pages)
        # What another model embedded cannot be taken over, but its text can be embedded again.
        rescued = await _rescue(read, old) if old and not same_vectors else []
        plan = make_plan(posts, [*pages, *rescued], complete=read.complete)
        _require_posts(plan, pages)
        return Prepared(
            plan=plan,
            old=old,
            same_vectors=same_vectors,
            posts_before=tuple(posts_before),
            fingerprint=self.embedder.fingerprint(language or _language_of(plan)),
            failed=tuple(page for page in pages if isinstance(page, FailedPage)),
            left_out=tuple(page for page in pages if isinstance(page, LeftOutPage)),
        )

    async def _build(self, plan: Plan, info: IndexInfo, before: Index | None) -> None:
        """Build the index that is planned, and let it serve if the gate finds it no worse."""
        done, total = 0, len(plan.embed)
        language = info.fingerprint.language
        self.on_progress(Progress(Stage.EMBEDDING, done, total))
        async with self.store.build(dimension=info.dimension) as build:
            if plan.kept:
                await build.keep(plan.kept, plan.fresh)
            for start in range(0, total, _BATCH):
                batch = plan.embed[start : start + _BATCH]
                await build.add(await self.embedder.embed_chunks(batch, language))
                done += len(batch)
                self.on_progress(Progress(Stage.EMBEDDING, done, total))
            finished = await build.finished(info)
            calibration = await calibrate(finished, self.embedder)
            info = replace(info, calibration=calibration)
            if self.gate and before:
                await self.gate(before, await build.finished(info))
            await build.swap(info)


async def _rescue(read: ReadSources, old: Index) -> list[ReadPage]:
    """Return what an index of another model holds of pages that failed, or were not read at all."""
    posts = (await old.catalogue()).posts
    named = {page.post for page in read.pages}
    missing = [page.post for page in read.pages if isinstance(page, FailedPage | UnchangedPage)]
    if not read.complete:
        missing += [post for post in posts if post not in named]
    return [
        ChunkedPage(post, tuple(await old.chunks(posts[post].chunk_ids)))
        for post in missing
        if post in posts
    ]


def _language_of(plan: Plan) -> str:
    return detect_language(chunk.text for chunk in plan.embed)


def _too_great_a_loss(plan: Plan, before: Collection[str]) -> str | None:
    """Return how many posts a reindex would lose, if so many are likelier a mistake."""
    removed = len(plan.changes.removed)
    if removed < _FEWEST_LOST or removed <= _MOST_LOST * len(before):
        return None
    first = plan.changes.removed[0]
    return f"{removed} of the {len(before)} posts would be removed, such as {first}"


def _require_posts(plan: Plan, pages: Sequence[ReadPage]) -> None:
    if plan.posts:
        return
    reasons = [
        f"{page.post} {page.why}" for page in pages if isinstance(page, FailedPage | LeftOutPage)
    ]
    raise SourceError(f"None of the pages can be indexed: {'; '.join(reasons[:3])}")


def _silent(_: Progress) -> None:
    pass
