"""The index on a Qdrant server: one collection an index, an alias that names the serving one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from retrieval.catalogue import Catalogue, ChunkRecord, make_catalogue
from retrieval.documents import Chunk, EmbeddedChunk, EmbeddedText, IndexInfo, SparseVector
from retrieval.errors import NoIndex, StoreError, StoreUnreachable
from retrieval.queries import DateRange, Hit, Hits
from retrieval.stores.payload import (
    CATALOGUE_FIELDS,
    DENSE,
    PUBLISHED,
    WORDS,
    chunk_from_payload,
    chunk_to_payload,
    info_from_json,
    info_to_json,
    record_from_payload,
)

ALIAS = "askben"
_PAGE = 512  # points read or written in one request
_TIMEOUT = 10  # seconds for one request
_KEPT_INDEXES = 2  # the serving one and the one before it


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
        requests = [_request(question.dense.tolist(), DENSE, limit, dates)]
        if question.sparse.indices:  # else there are only stop words to search for
            requests.append(_request(_sparse(question.sparse), WORDS, limit, dates))
        with _translated():
            found = await self._client.query_batch_points(self.name, requests)
        dense, sparse, *_ = [*(response.points for response in found), []]
        return Hits(_hits(dense), _hits(sparse))

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks with these ids, in no order; those that are gone are left out."""
        with _translated():
            records = await self._client.retrieve(self.name, list(chunk_ids))
        return [chunk_from_payload(str(record.id), record.payload or {}) for record in records]

    async def _scroll(self) -> AsyncIterator[ChunkRecord]:
        offset = None
        while True:
            with _translated():
                records, offset = await self._client.scroll(
                    self.name,
                    limit=_PAGE,
                    offset=offset,
                    with_payload=CATALOGUE_FIELDS,
                    with_vectors=[WORDS],
                )
            for record in records:
                words = _vectors(record)[WORDS].indices
                yield record_from_payload(str(record.id), record.payload or {}, words)
            if offset is None:
                return


class ServerStore:
    """Collections of a Qdrant server, version 1.16 or newer: earlier ones keep no metadata."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client
        self._serving: ServerIndex | None = None

    @classmethod
    def connect(cls, url: str, *, api_key: str | None) -> ServerStore:
        """Return a store on a server's REST endpoint. Nothing is sent before the first call."""
        client = AsyncQdrantClient(
            url=url, api_key=api_key, timeout=_TIMEOUT, check_compatibility=False
        )
        return cls(client)

    async def serving(self) -> ServerIndex | None:
        """Return the index that answers now; None if nothing was built yet.

        The alias is asked for each time, for another process may have moved it.
        """
        with _translated():
            listed = await self._client.get_aliases()
        name = next((a.collection_name for a in listed.aliases if a.alias_name == ALIAS), None)
        if name is None:
            return None
        if self._serving is None or self._serving.name != name:
            self._serving = ServerIndex(self._client, name, await self._info_of(name))
        return self._serving

    @asynccontextmanager
    async def build(self, *, dimension: int) -> AsyncIterator[ServerBuild]:
        """Begin a new collection; left without a swap, it is deleted."""
        # With a random end, for two bots on one server may begin at the same moment.
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(3)}"
        build = ServerBuild(self._client, f"{ALIAS}-{stamp}", await self.serving())
        await build.create(dimension)
        try:
            yield build
        finally:
            if not build.swapped:
                await build.discard()

    async def close(self) -> None:
        """Release the connections. Closing twice does nothing."""
        await self._client.close()

    async def _info_of(self, name: str) -> IndexInfo:
        with _translated():
            collection = await self._client.get_collection(name)
        if not collection.config.metadata:
            raise StoreError(
                f"The Qdrant server says nothing of the index {name}; "
                "askBen needs Qdrant 1.16 or newer, and its collections to itself"
            )
        return info_from_json(collection.config.metadata)


class ServerBuild:
    """A new collection beside the one that the alias names."""

    def __init__(self, client: AsyncQdrantClient, name: str, serving: ServerIndex | None) -> None:
        self._client = client
        self._name = name
        self._old = serving
        self.swapped = False

    async def create(self, dimension: int) -> None:
        """Make the empty collection, with its payload index before any point."""
        with _translated():
            await self._client.create_collection(
                self._name,
                vectors_config={
                    DENSE: models.VectorParams(size=dimension, distance=models.Distance.COSINE)
                },
                sparse_vectors_config={
                    WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)
                },
            )
            await self._client.create_payload_index(
                self._name, PUBLISHED, models.PayloadSchemaType.DATETIME
            )

    async def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Write new chunks."""
        await self._upsert(
            [
                models.PointStruct(
                    id=embedded.chunk.id,
                    vector={DENSE: embedded.dense.tolist(), WORDS: _sparse(embedded.sparse)},
                    payload=chunk_to_payload(embedded.chunk),
                )
                for embedded in chunks
            ]
        )

    async def keep(self, chunk_ids: Sequence[str], fresh: Sequence[Chunk] = ()) -> None:
        """Take chunks over from the index that served at the beginning, vectors and all."""
        if self._old is None:
            raise NoIndex("There is no index to keep chunks of")
        payloads = {chunk.id: chunk_to_payload(chunk) for chunk in fresh}
        for start in range(0, len(chunk_ids), _PAGE):
            with _translated():
                records = await self._client.retrieve(
                    self._old.name, chunk_ids[start : start + _PAGE], with_vectors=True
                )
            await self._upsert(
                [
                    models.PointStruct(
                        id=record.id,
                        vector=_vectors(record),
                        payload=payloads.get(str(record.id), record.payload),
                    )
                    for record in records
                ]
            )

    async def finished(self, info: IndexInfo) -> ServerIndex:
        """Return the new index, to be tried before it serves."""
        with _translated():
            found = (await self._client.count(self._name, exact=True)).count
        if found != info.chunks:
            raise StoreError(
                f"The new index holds {found} chunks, not {info.chunks}; the old one serves on"
            )
        return ServerIndex(self._client, self._name, info)

    async def swap(self, info: IndexInfo) -> None:
        """Let the new index serve, with what is now known of it."""
        await self.finished(info)
        with _translated():
            await self._client.update_collection(self._name, metadata=info_to_json(info))
            await self._client.update_collection_aliases(await self._alias_operations())
            self.swapped = True
            await self._delete_old_collections()

    async def discard(self) -> None:
        """Delete the collection."""
        with _translated():
            await self._client.delete_collection(self._name)

    async def _alias_operations(self) -> list[models.AliasOperations]:
        """Return what moves the alias; the server does all of it in one step."""
        create = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=self._name, alias_name=ALIAS)
        )
        if not await self._client.collection_exists(ALIAS):
            return [create]
        delete = models.DeleteAlias(alias_name=ALIAS)
        return [models.DeleteAliasOperation(delete_alias=delete), create]

    async def _delete_old_collections(self) -> None:
        # Their names end in the time they were begun at, so that the newest sorts last.
        listed = await self._client.get_collections()
        ours = sorted(c.name for c in listed.collections if c.name.startswith(f"{ALIAS}-"))
        for name in ours[:-_KEPT_INDEXES]:
            await self._client.delete_collection(name)

    async def _upsert(self, points: list[models.PointStruct]) -> None:
        with _translated():
            for start in range(0, len(points), _PAGE):
                await self._client.upsert(self._name, points[start : start + _PAGE], wait=True)


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


def _vectors(record: models.Record) -> Any:
    return record.vector  # the same two vectors, typed more widely in answers than in requests


def _hits(points: Sequence[models.ScoredPoint]) -> tuple[Hit, ...]:
    return tuple(Hit(str(point.id), point.score) for point in points)


def _sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ResponseHandlingException as error:
        raise StoreUnreachable(
            f"The Qdrant server does not answer ({error.source}); "
            "check ASKBEN_QDRANT_URL and that the server runs"
        ) from error
    except (ApiException, QdrantException) as error:
        raise StoreError(f"The Qdrant server refused a request ({error})") from error
