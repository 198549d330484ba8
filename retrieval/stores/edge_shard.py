"""One Qdrant Edge shard: Qdrant's own engine in this process. Every call here blocks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from retrieval.catalogue import Catalogue, ChunkRecord, make_catalogue
from retrieval.documents import Chunk, EmbeddedChunk, EmbeddedText, SparseVector
from retrieval.errors import StoreError
from retrieval.queries import DateRange, Hit, Hits
from retrieval.stores.payload import (
    CATALOGUE_FIELDS,
    DENSE,
    PUBLISHED,
    WORDS,
    chunk_from_payload,
    chunk_to_payload,
    record_from_payload,
)

_PAGE = 1024  # points read at a time
# What is written stays in memory until it is settled, 2 kB a chunk; then it is mapped from files.
# At 60,000 chunks that kept the peak at 42 MB where it had been 224, and searches as fast.
_SETTLED_AT_ONCE = 8192  # points
_LARGEST_SEGMENT = 12_000  # kB of vectors, about as many points
_SEGMENT_SETTLES = 1_000  # kB of vectors from which on a segment is moved to files


class EdgeShard:
    """A shard of chunks in a folder of its own."""

    def __init__(self, shard: edge.EdgeShard) -> None:
        self._shard = shard
        self._unsettled = 0

    @classmethod
    def create(cls, folder: Path, *, dimension: int) -> EdgeShard:
        """Make an empty shard. It is durable once `finish` has returned, and not before."""
        with _translated(folder):
            folder.mkdir(parents=True)
            on_disk = edge.Memory.Cold
            config = edge.EdgeConfig(
                vectors={
                    DENSE: edge.EdgeVectorParams(dimension, edge.Distance.Cosine, memory=on_disk)
                },
                sparse_vectors={
                    WORDS: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=on_disk)
                },
                # Every search is exact, so a graph would never be used; it took most of the time.
                hnsw_config=edge.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=0),
                optimizers=edge.EdgeOptimizersConfig(
                    indexing_threshold=_SEGMENT_SETTLES, max_segment_size=_LARGEST_SEGMENT
                ),
                # A build that was interrupted is thrown away, so there is nothing to recover.
                wal_enabled=False,
            )
            shard = edge.EdgeShard.create(str(folder), config)
            # Without it a search of one year took 45 ms at 6,475 chunks, with it 0.3.
            shard.update(
                edge.UpdateOperation.create_field_index(PUBLISHED, edge.PayloadSchemaType.Datetime)
            )
            return cls(shard)

    @classmethod
    def load(cls, folder: Path) -> EdgeShard:
        """Open a shard that was finished."""
        with _translated(folder):
            return cls(edge.EdgeShard.load(str(folder)))

    def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Write chunks with their vectors."""
        self._upsert(
            [
                edge.Point(
                    embedded.chunk.id,
                    {DENSE: embedded.dense.tolist(), WORDS: _sparse(embedded.sparse)},
                    chunk_to_payload(embedded.chunk),
                )
                for embedded in chunks
            ]
        )

    def copy_from(self, other: EdgeShard, chunk_ids: Sequence[str], fresh: Sequence[Chunk]) -> None:
        """Write points of another shard, with the payload of `fresh` where it has that chunk."""
        payloads = {chunk.id: chunk_to_payload(chunk) for chunk in fresh}
        for start in range(0, len(chunk_ids), _PAGE):
            records = other._shard.retrieve(list(chunk_ids[start : start + _PAGE]), True, True)
            self._upsert(
                [
                    edge.Point(
                        record.id,
                        _vectors(record.vector),
                        payloads.get(str(record.id), record.payload),
                    )
                    for record in records
                ]
            )

    def finish(self) -> int:
        """Write everything to disk and return how many chunks there are."""
        with _translated():
            self._settle()
            return self._shard.count(edge.CountRequest(exact=True))

    def close(self) -> None:
        """Release the files."""
        with _translated():
            self._shard.close()

    def search(self, question: EmbeddedText, limit: int, dates: DateRange | None) -> Hits:
        """Search by meaning and by words in one pass."""
        # Exact, because a brute-force search over 100,000 chunks takes 7 ms and misses nothing.
        exact = edge.SearchParams(exact=True)
        dense = question.dense.tolist()
        requests = []
        if dense:
            requests.append(_request(edge.Query.Nearest(dense, DENSE), limit, dates, exact))
        if question.sparse.indices:  # else there are only stop words to search for
            by_words = edge.Query.Nearest(_sparse(question.sparse), WORDS)
            requests.append(_request(by_words, limit, dates, None))
        if not requests:
            return Hits((), ())
        with _translated():
            found = self._shard.query_batch(edge.QueryBatchRequest(requests))
        hits = [_hits(points) for points in found]
        return Hits(hits.pop(0) if dense else (), hits.pop() if hits else ())

    def catalogue(self) -> Catalogue:
        """Read what is known of the shard as a whole."""
        return make_catalogue(self._scroll())

    def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Read chunks by their ids."""
        with _translated():
            records = self._shard.retrieve(list(chunk_ids), True, False)
        return [chunk_from_payload(str(record.id), record.payload or {}) for record in records]

    def _upsert(self, points: list[edge.Point]) -> None:
        with _translated():
            self._shard.update(edge.UpdateOperation.upsert_points(points))
            self._unsettled += len(points)
            if self._unsettled >= _SETTLED_AT_ONCE:
                self._settle()

    def _settle(self) -> None:
        """Move what was written from memory to files that are mapped, and give the memory back."""
        self._shard.optimize()
        self._shard.flush()
        self._unsettled = 0
        _trim_memory()

    def _scroll(self) -> Iterator[ChunkRecord]:
        offset = None
        while True:
            request = edge.ScrollRequest(
                offset=offset, limit=_PAGE, with_payload=CATALOGUE_FIELDS, with_vector=[WORDS]
            )
            with _translated():
                records, offset = self._shard.scroll(request)
            for record in records:
                words = _vectors(record.vector)[WORDS].indices
                yield record_from_payload(str(record.id), record.payload or {}, words)
            if offset is None:
                return


def _trim_memory() -> None:
    """Have the C library return what it holds free: glibc keeps it, other libraries do not."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _request(
    query: edge.Query, limit: int, dates: DateRange | None, params: edge.SearchParams | None
) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit, query=query, filter=_filter(dates), with_payload=False, params=params
    )


def _filter(dates: DateRange | None) -> edge.Filter | None:
    if dates is None:
        return None
    span = edge.RangeDateTime(
        gte=dates.first.isoformat() if dates.first else None,
        lt=(dates.last + timedelta(days=1)).isoformat() if dates.last else None,
    )
    return edge.Filter(must=[edge.FieldCondition(PUBLISHED, range=span)])


def _hits(points: Sequence[edge.ScoredPoint]) -> tuple[Hit, ...]:
    return tuple(Hit(str(point.id), point.score) for point in points)


def _sparse(vector: SparseVector) -> edge.SparseVector:
    return edge.SparseVector(list(vector.indices), list(vector.values))


def _vectors(stored: Any) -> dict[str, Any]:
    return dict(stored)


@contextmanager
def _translated(folder: Path | None = None) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the engine raises plain exceptions of several kinds
        where = f" in {folder}" if folder else ""
        raise StoreError(
            f"The index{where} cannot be used ({error}); "
            "delete the folder index in ASKBEN_DATA_DIR and run askben index"
        ) from error
