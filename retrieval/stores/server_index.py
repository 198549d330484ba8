"""One collection of a Qdrant server as an index, and how its client is spoken to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from retrieval.catalogue import Catalogue, ChunkRecord, make_catalogue
from retrieval.documents import Chunk, EmbeddedText, IndexInfo, SparseVector
from retrieval.errors import StoreError, StoreUnreachable
from retrieval.queries import DateRange, Hit, Hits
from retrieval.stores.payload import (
    CATALOGUE_FIELDS,
    DENSE,
    PUBLISHED,
    WORDS,
    chunk_from_payload,
    record_from_payload,
)

PAGE = 512  # points read or written in one request


class ServerIndex:
    """One collection and what is known of it."""

    def __init__(self, client: AsyncQdrantClient, name: str, info: IndexInfo) -> None:
        self.name = name
        self.info = info
        self._client = client
        self._catalogue: Catalogue | None = None

    async def catalogue(self) -> Catalogue:
        """Return what is known of it as a whole; read once and kept."""
        if self._catalogue is None:
            records = [record async for record in self._scroll()]
            self._catalogue = await asyncio.to_thread(make_catalogue, records)
        return self._catalogue

    async def search(
        self, question: EmbeddedText, *, limit: int, dates: DateRange | None = None
    ) -> Hits:
        """Return the nearest chunks by meaning and by words, at most `limit` of each."""
        by_meaning = question.dense.tolist()
        by_words = sparse(question.sparse)
        requests = [_request(by_meaning, DENSE, limit, dates)] if by_meaning else []
        if by_words.indices:  # else there are only stop words to search for
            requests.append(_request(by_words, WORDS, limit, dates))
        if not requests:
            return Hits((), ())
        with translated():
            found = await self._client.query_batch_points(self.name, requests)
        hits = [_hits(response.points) for response in found]
        return Hits(hits.pop(0) if by_meaning else (), hits.pop() if hits else ())

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks with these ids, in no order; those that are gone are left out."""
        with translated():
            records = await self._client.retrieve(self.name, list(chunk_ids))
        return [chunk_from_payload(str(record.id), record.payload or {}) for record in records]

    async def _scroll(self) -> AsyncIterator[ChunkRecord]:
        offset = None
        while True:
            with translated():
                records, offset = await self._client.scroll(
                    self.name,
                    limit=PAGE,
                    offset=offset,
                    with_payload=CATALOGUE_FIELDS,
                    with_vectors=[WORDS],
                )
            for record in records:
                words = vectors(record)[WORDS].indices
                yield record_from_payload(str(record.id), record.payload or {}, words)
            if offset is None:
                return


def _request(
    vector: list[float] | models.SparseVector, using: str, limit: int, dates: DateRange | None
) -> models.QueryRequest:
    return models.QueryRequest(
        query=vector, using=using, limit=limit, filter=_filter(dates), with_payload=False
    )


def _filter(dates: DateRange | None) -> models.Filter | None:
    if dates is None:
        return None
    span = models.DatetimeRange(
        gte=dates.first, lt=dates.last + timedelta(days=1) if dates.last else None
    )
    return models.Filter(must=[models.FieldCondition(key=PUBLISHED, range=span)])


def vectors(record: models.Record) -> Any:
    """Return both vectors of a point; answers type them more widely than requests do."""
    return record.vector


def _hits(points: Sequence[models.ScoredPoint]) -> tuple[Hit, ...]:
    return tuple(Hit(str(point.id), point.score) for point in points)


def sparse(vector: SparseVector) -> models.SparseVector:
    """Return a sparse vector as the client takes it."""
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the client raises into StoreUnreachable and StoreError."""
    try:
        yield
    except ResponseHandlingException as error:
        raise StoreUnreachable(
            f"The Qdrant server does not answer ({error.source}); "
            "check ASKBEN_QDRANT_URL and that the server runs"
        ) from error
    except (ApiException, QdrantException) as error:
        raise StoreError(f"The Qdrant server refused a request ({error})") from error
