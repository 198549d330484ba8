"""The index inside this process: shards in the data folder, a pointer file to the serving one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.catalogue import Catalogue
from retrieval.documents import Chunk, EmbeddedChunk, EmbeddedText, IndexInfo
from retrieval.errors import NoIndex, StoreBusy, StoreError
from retrieval.queries import DateRange, Hits
from retrieval.stores.edge_shard import EdgeShard
from retrieval.stores.payload import info_from_json, info_to_json

POINTER = "current"
INFO = "info.json"
SHARD = "shard"


class EmbeddedIndex:
    """One open shard and what is known of it."""

    def __init__(
        self, info: IndexInfo, shard: EdgeShard, catalogue: Catalogue | None = None
    ) -> None:
        self.info = info
        self.shard = shard
        self._catalogue = catalogue

    async def catalogue(self) -> Catalogue:
        """Return what is known of it as a whole; read once and kept."""
        if self._catalogue is None:
            self._catalogue = await asyncio.to_thread(self.shard.catalogue)
        return self._catalogue

    async def search(
        self, question: EmbeddedText, *, limit: int, dates: DateRange | None = None
    ) -> Hits:
        """Return the nearest chunks by meaning and by words, at most `limit` of each."""
        return await asyncio.to_thread(self.shard.search, question, limit, dates)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks with these ids, in no order; those that are gone are left out."""
        return await asyncio.to_thread(self.shard.chunks, chunk_ids)


class EmbeddedStore:
    """A folder of indexes, held by one process at a time and opened on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Not thread-local: the lock is taken and released in whichever thread is free.
        self._lock = FileLock(folder / "lock", thread_local=False)
        self._serving: EmbeddedIndex | None = None
        self._opening = asyncio.Lock()

    async def serving(self) -> EmbeddedIndex | None:
        """Return the index that answers now; None if nothing was built yet."""
        async with self._opening:
            if self._serving is None:
                self._serving = await asyncio.to_thread(self._acquire_and_load)
            return self._serving

    @asynccontextmanager
    async def build(self, *, dimension: int) -> AsyncIterator[EmbeddedBuild]:
        """Begin a new index; left without a swap, it is discarded."""
        serving = await self.serving()
        folder = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        shard = await asyncio.to_thread(EdgeShard.create, folder / SHARD, dimension=dimension)
        build = EmbeddedBuild(self, folder, shard, serving.shard if serving else None)
        try:
            yield build
        finally:
            if not build.swapped:
                await asyncio.to_thread(_discard, shard, folder)

    async def rollback(self) -> EmbeddedIndex:
        """Let the index before the serving one serve again."""
        await self.serving()
        name, info = await asyncio.to_thread(self._before)
        shard = await asyncio.to_thread(EdgeShard.load, self._folder / name / SHARD)
        index = EmbeddedIndex(info, shard)
        await index.catalogue()
        await asyncio.to_thread(_write_whole, self._folder / POINTER, name)
        self._serving = index
        return index

    async def rolled_back(self) -> bool:
        """Tell whether a finished index is newer than the serving one."""
        await self.serving()
        return await asyncio.to_thread(self._is_rolled_back)

    async def close(self) -> None:
        """Release the shard and the folder. Closing twice does nothing."""
        serving, self._serving = self._serving, None
        if serving:
            await asyncio.to_thread(serving.shard.close)
        await asyncio.to_thread(self._lock.release)

    async def serve(self, folder: Path, serving: EmbeddedIndex) -> None:
        """Make a finished index the serving one: on disk in one step, then in this process."""
        stated = json.dumps(info_to_json(serving.info))
        before, _ = await asyncio.to_thread(self._finished)
        await asyncio.to_thread(_write_whole, folder / INFO, stated)
        await asyncio.to_thread(_write_whole, self._folder / POINTER, folder.name)
        # The old shard closes when the last search that still runs on it lets go of it.
        self._serving = serving
        await asyncio.to_thread(self._remove_all_but, {folder.name, before})

    def _acquire_and_load(self) -> EmbeddedIndex | None:
        if not self._lock.is_locked:
            self.acquire()
        try:
            name = (self._folder / POINTER).read_text("utf-8").strip()
            info = info_from_json(json.loads((self._folder / name / INFO).read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError) as error:
            raise StoreError(
                f"The index in {self._folder} is damaged ({error!r}); "
                "delete that folder and run askben index"
            ) from error
        return EmbeddedIndex(info, EdgeShard.load(self._folder / name / SHARD))

    def _finished(self) -> tuple[str, list[str]]:
        """Return the name of the serving index, and those of all finished ones, oldest first."""
        pointer = self._folder / POINTER
        serving = pointer.read_text("utf-8").strip() if pointer.exists() else ""
        return serving, sorted(file.parent.name for file in self._folder.glob(f"*/{INFO}"))

    def _is_rolled_back(self) -> bool:
        serving, finished = self._finished()
        return bool(serving) and finished[-1] > serving

    def _before(self) -> tuple[str, IndexInfo]:
        """Return the newest finished index that is older than the serving one."""
        serving, finished = self._finished()
        older = [name for name in finished if name < serving]
        if not older:
            raise NoIndex("There is no earlier index to go back to")
        stated = json.loads((self._folder / older[-1] / INFO).read_text("utf-8"))
        return older[-1], info_from_json(stated)

    def acquire(self) -> None:
        """Take the folder for this process. Raises StoreBusy and StoreError."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreBusy(
                f"Another askBen process is using {self._folder}; use /reindex in Discord for "
                "a new index, or stop that process first"
            ) from error
        except OSError as error:
            raise StoreError(
                f"The folder {self._folder} cannot be written ({error.strerror}); "
                "set ASKBEN_DATA_DIR to one that can"
            ) from error

    def _remove_all_but(self, kept: set[str]) -> None:
        """Remove the other indexes, and what a kill left unfinished."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


class EmbeddedBuild:
    """A new shard beside the serving one."""

    def __init__(
        self, store: EmbeddedStore, folder: Path, shard: EdgeShard, serving: EdgeShard | None
    ) -> None:
        self._store = store
        self._folder = folder
        self._shard = shard
        self._old = serving
        self._finished: EmbeddedIndex | None = None
        self.swapped = False

    async def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Write new chunks."""
        await asyncio.to_thread(self._shard.add, chunks)

    async def keep(self, chunk_ids: Sequence[str], fresh: Sequence[Chunk] = ()) -> None:
        """Take chunks over from the index that served at the beginning, vectors and all."""
        if self._old is None:
            raise NoIndex("There is no index to keep chunks of")
        await asyncio.to_thread(self._shard.copy_from, self._old, chunk_ids, fresh)

    async def finished(self, info: IndexInfo) -> EmbeddedIndex:
        """Return the new index, to be tried before it serves."""
        if self._finished is None:
            found = await asyncio.to_thread(self._shard.finish)
            if found != info.chunks:
                raise StoreError(
                    f"The new index holds {found} chunks, not {info.chunks}; the old one serves on"
                )
            self._finished = EmbeddedIndex(info, self._shard)
        return EmbeddedIndex(info, self._shard, await self._finished.catalogue())

    async def swap(self, info: IndexInfo) -> None:
        """Let the new index serve, with its catalogue read, so that no question waits for it."""
        await self._store.serve(self._folder, await self.finished(info))
        self.swapped = True


def _discard(shard: EdgeShard, folder: Path) -> None:
    shard.close()
    shutil.rmtree(folder, ignore_errors=True)


def _write_whole(file: Path, text: str) -> None:
    """Write a file so that it is either as before or as it should be, even after a power cut."""
    beside = file.with_name(f".{file.name}.new")
    with beside.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
