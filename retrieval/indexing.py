"""One reindex, from the sources to the swap. The old index serves until the last step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from retrieval.calibration import calibrate
from retrieval.documents import MEASURE_VERSION, FailedPage, Fingerprint, IndexInfo, LeftOutPage
from retrieval.embedding import Embedder
from retrieval.errors import ReindexRefused, ReindexRunning
from retrieval.languages import detect_language
from retrieval.planning import (
    ChunkedPage,
    Plan,
    ReadPage,
    UnchangedPage,
    make_plan,
    require_posts,
    too_great_a_loss,
)
from retrieval.reading import ReadSources, SourceReader
from retrieval.reports import Preview, Progress, Report, Stage
from retrieval.sources import Source
from retrieval.spool import ChunkSpool
from retrieval.stores import Index, Store

_BATCH = 128  # chunks embedded and written between two reports of progress
_KEPT_AT_ONCE = 1024  # chunks taken over from the old index in one step
_CHUNKS_PER_SECOND = 20  # a cautious guess, for a plan that says how long it will take

# Takes the serving index and the new one, and raises ReindexRefused if the new one is worse.
Gate = Callable[[Index, Index], Awaitable[None]]
_Item = TypeVar("_Item")


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
        measured = self.old.info.calibration if self.old else None
        up_to_date = measured is not None and measured.version == MEASURE_VERSION
        return up_to_date and self.same_vectors and self.plan.changes_nothing


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
        spool_folder: Path | None = None,
    ) -> None:
        """Take the parts. Without a `language`, that of the blog is detected at the first index.

        What is new is kept in a file in `spool_folder` until it is embedded.
        """
        self._gate = gate
        self._store = store
        self._embedder = embedder
        self._clock = clock
        self._language = language
        self._spool_folder = spool_folder
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
            with self._new(on_progress) as run:
                return await run.run(sources, force=force, news_only=news_only)

    async def preview(
        self, sources: Sequence[Source], on_progress: Callable[[Progress], None] | None = None
    ) -> Preview:
        """Return what a reindex would do. Raises what a reindex raises, but changes nothing."""
        async with self._one_at_a_time():
            with self._new(on_progress) as run:
                prepared = await run.prepare(sources)
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
            refused=too_great_a_loss(plan, prepared.posts_before),
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

    @contextmanager
    def _new(self, on_progress: Callable[[Progress], None] | None) -> Iterator[_Reindex]:
        with ChunkSpool(self._spool_folder) as spool:
            yield _Reindex(
                store=self._store,
                embedder=self._embedder,
                spool=spool,
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
    spool: ChunkSpool
    now: datetime
    language: str | None
    gate: Gate | None
    on_progress: Callable[[Progress], None]

    async def run(self, sources: Sequence[Source], *, force: bool, news_only: bool) -> Report:
        started = time.monotonic()
        prepared = await self.prepare(sources, news_only=news_only)
        plan, old = prepared.plan, prepared.old
        loss = too_great_a_loss(plan, prepared.posts_before)
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
            spool=self.spool,
            known=posts,
            today=self.now.date(),
            on_page=lambda count: self.on_progress(Progress(Stage.READING, count, None)),
            on_loading=lambda: self.on_progress(Progress(Stage.LOADING, 0, None)),
        )
        read = await reader.read(sources, news_only=news_only)
        pages = list(read.pages)
        # What another model embedded cannot be taken over, but its text can be embedded again.
        rescued = await self._rescue(read, old) if old and not same_vectors else []
        plan = make_plan(posts, [*pages, *rescued], complete=read.complete)
        require_posts(plan, pages)
        return Prepared(
            plan=plan,
            old=old,
            same_vectors=same_vectors,
            posts_before=tuple(posts_before),
            fingerprint=self.embedder.fingerprint(language or self._language_of(plan)),
            failed=tuple(page for page in pages if isinstance(page, FailedPage)),
            left_out=tuple(page for page in pages if isinstance(page, LeftOutPage)),
        )

    async def _build(self, plan: Plan, info: IndexInfo, before: Index | None) -> None:
        """Build the index that is planned, and let it serve if the gate finds it no worse."""
        done, total = 0, len(plan.embed)
        language = info.fingerprint.language
        self.on_progress(Progress(Stage.EMBEDDING, done, total))
        async with self.store.build(dimension=info.dimension) as build:
            fresh = {chunk.id: chunk for chunk in plan.fresh}
            for ids in _batches(plan.kept, _KEPT_AT_ONCE):
                changed = [fresh[chunk_id] for chunk_id in ids if chunk_id in fresh]
                await build.keep(ids, await asyncio.to_thread(self.spool.take, changed))
            for planned in _batches(plan.embed, _BATCH):
                batch = await asyncio.to_thread(self.spool.take, planned)
                await build.add(await self.embedder.embed_chunks(batch, language))
                done += len(batch)
                self.on_progress(Progress(Stage.EMBEDDING, done, total))
            finished = await build.finished(info)
            calibration = await calibrate(finished, self.embedder)
            info = replace(info, calibration=calibration)
            if self.gate and before:
                await self.gate(before, await build.finished(info))
            await build.swap(info)

    async def _rescue(self, read: ReadSources, old: Index) -> list[ReadPage]:
        """Return what an index of another model holds of pages that failed or were not read."""
        posts = (await old.catalogue()).posts
        named = {page.post for page in read.pages}
        missing = [page.post for page in read.pages if isinstance(page, FailedPage | UnchangedPage)]
        if not read.complete:
            missing += [post for post in posts if post not in named]
        return [
            ChunkedPage(post, self.spool.put(await old.chunks(posts[post].chunk_ids)))
            for post in missing
            if post in posts
        ]

    def _language_of(self, plan: Plan) -> str:
        return detect_language(self.spool.take([planned])[0].text for planned in plan.embed)


def _batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _silent(_: Progress) -> None:
    pass
