"""Where the index is kept: one protocol, on a Qdrant server or embedded in this process.

The serving index is never written to. A new one is built beside it and takes its place in one
step, so that a question meets the old index or the new one, whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from retrieval.catalogue import Catalogue
from retrieval.documents import Chunk, EmbeddedChunk, EmbeddedText, IndexInfo
from retrieval.queries import DateRange, Hits


class Index(Protocol):
    """A complete index, the same for as long as it is held. Its methods raise StoreError."""

    @property
    def info(self) -> IndexInfo:
        """What is known of it without looking inside."""

    async def catalogue(self) -> Catalogue:
        """Return what is known of it as a whole; read once and kept."""

    async def search(
        self, question: EmbeddedText, *, limit: int, dates: DateRange | None = None
    ) -> Hits:
        """Return the nearest chunks by meaning and by words, at most `limit` of each.

        `dates` keeps to chunks of posts published in that span; undated posts are then left out.
        """

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks with these ids, in no order; those that are gone are left out."""


class Build(Protocol):
    """A new index that nobody is asked questions of yet. Its methods raise StoreError."""

    async def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Write new chunks."""

    async def keep(self, chunk_ids: Sequence[str], fresh: Sequence[Chunk] = ()) -> None:
        """Take chunks over from the index that served at the beginning, vectors and all.

        A chunk in `fresh` brings what is now known about it, such as a new address or position.
        """

    async def finished(self, info: IndexInfo) -> Index:
        """Return the new index, to be tried before it serves; nothing can be added any more.

        Raises StoreError when it does not hold as many chunks as `info` says.
        """

    async def swap(self, info: IndexInfo) -> None:
        """Let the new index serve, in one step, with what is now known of it.

        Raises StoreError when it does not hold as many chunks; the old index then serves on.
        """


class IndexBackup(Protocol):
    """Takes the serving index out into a file, and back. Its methods raise StoreError."""

    async def back_up(self, file: Path) -> IndexInfo:
        """Write the serving index to a file, whole or not at all, and return what it is."""

    async def restore(self, file: Path) -> IndexInfo:
        """Let the index in a file serve, in one step; after any failure the old one serves on."""


class Store(Protocol):
    """Where indexes are kept, one of which serves. Its methods raise StoreError."""

    async def serving(self) -> Index | None:
        """Return the index that answers now; None if nothing was built yet."""

    def build(self, *, dimension: int) -> AbstractAsyncContextManager[Build]:
        """Begin a new index of dense vectors; left without a swap, it is discarded."""

    async def rollback(self) -> Index:
        """Let the index before the serving one serve again, in one step, and return it.

        Raises NoIndex if there is no earlier one.
        """

    async def rolled_back(self) -> bool:
        """Tell whether an index was finished after the one that serves."""

    async def close(self) -> None:
        """Release the index. Closing twice does nothing."""
