"""The index on a Qdrant server: one collection an index, an alias that names the serving one."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from retrieval.documents import (
    Chunk,
    DateRange,
    EmbeddedChunk,
    EmbeddedText,
    Hit,
    Hits,
    IndexInfo,
    Manifest,
    SparseVector,
)
from retrieval.errors import NoIndex, StoreError, StoreUnreachable
from retrieval.stores.payload import (
    DENSE,
    MANIFEST_FIELDS,
    POST,
    PUBLISHED,
    WORDS,
    chunk_from_payload,
    chunk_to_payload,
    info_from_json,
    info_to_json,
    manifest_of,
)

_ALIAS = "askben"
_PAGE = 512  # points read or written in one request
_TIMEOUT = 10  # seconds for one request
_KEPT_INDEXES = 2  # the serving one and the one before it


class ServerStore:
    """Collections of a Qdrant server, version 1.16 or newer: earlier ones keep no metadata."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client
        self._index_seen = False

    @classmethod
    def connect(cls, url: str, *, api_key: str | None) -> ServerStore:
        """Return a store on a server's REST endpoint. Nothing is sent before the first call."""
        client = AsyncQdrantClient(
            url=url, api_key=api_key, timeout=_TIMEOUT, check_compatibility=False
        )
        return cls(client)

    async def info(self) -> IndexInfo | None:
        """Return what is known of the serving index; None if there is none."""
        with _translated():
            if not await self._client.collection_exists(_ALIAS):
                return None
            collection = await self._client.get_collection(_ALIAS)
        if not collection.config.metadata:
            raise StoreError(
                f"The Qdrant server says nothing of the index {_ALIAS}; "
                "askBen needs Qdrant 1.16 or newer, and its collections to itself"
            )
        return info_from_json(collection.config.metadata)

    async def manifest(self) -> Manifest:
        """Return which chunks of which pages the serving index holds; empty if there is none."""
        if await self.info() is None:
            return Manifest()
        return manifest_of([found async for found in self._scroll(None, MANIFEST_FIELDS)])

    async def search(
        self, question: EmbeddedText, *, limit: int, dates: DateRange | None = None
    ) -> Hits:
        """Return the nearest chunks by meaning and by words, at most `limit` of each."""
        await self._require_index()
        requests = [_request(question.dense.tolist(), DENSE, limit, dates)]
        if question.sparse.indices:  # else there are only stop words to search for
            requests.append(_request(_sparse(question.sparse), WORDS, limit, dates))
        with _translated():
            found = await self._client.query_batch_points(_ALIAS, requests)
        dense, sparse, *_ = [*(response.points for response in found), []]
        return Hits(_hits(dense), _hits(sparse))

    async def chunks_of(self, post: str) -> list[Chunk]:
        """Return the chunks of one post in reading order."""
        await self._require_index()
        match = models.FieldCondition(key=POST, match=models.MatchValue(value=post))
        found = [one async for one in self._scroll(models.Filter(must=[match]), True)]
        chunks = [chunk_from_payload(chunk_id, payload) for chunk_id, payload in found]
        return sorted(chunks, key=lambda chunk: chunk.position)

    @asynccontextmanager
    async def build(self, *, dimension: int) -> AsyncIterator[ServerBuild]:
        """Begin a new collection; left without a swap, it is deleted."""
        # With a random end, for two bots on one server may begin at the same moment.
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(3)}"
        build = ServerBuild(self._client, f"{_ALIAS}-{stamp}")
        await build.create(dimension)
        try:
            yield build
        finally:
            if not build.swapped:
                await build.discard()

    async def close(self) -> None:
        """Release the connections. Closing twice does nothing."""
        await self._client.close()

    async def _require_index(self) -> None:
        if not self._index_seen and await self.info() is None:
            raise NoIndex("Nothing has been indexed yet; run askben index, or /reindex in Discord")
        self._index_seen = True

    async def _scroll(
        self, only: models.Filter | None, fields: bool | list[str]
    ) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        offset = None
        while True:
            with _translated():
                records, offset = await self._client.scroll(
                    _ALIAS, only, _PAGE, offset=offset, with_payload=fields
                )
            for record in records:
                yield str(record.id), record.payload or {}
            if offset is None:
                return


class ServerBuild:
    """A new collection beside the one that the alias names."""

    def __init__(self, client: AsyncQdrantClient, name: str) -> None:
        self._client = client
        self._name = name
        self.swapped = False

    async def create(self, dimension: int) -> None:
        """Make the empty collection, with its payload indexes before any point."""
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
            for field, schema in (
                (POST, models.PayloadSchemaType.KEYWORD),
                (PUBLISHED, models.PayloadSchemaType.DATETIME),
            ):
                await self._client.create_payload_index(self._name, field, schema)

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
        """Take chunks over from the serving index, vectors and all."""
        payloads = {chunk.id: chunk_to_payload(chunk) for chunk in fresh}
        for start in range(0, len(chunk_ids), _PAGE):
            with _translated():
                records = await self._client.retrieve(
                    _ALIAS, chunk_ids[start : start + _PAGE], with_vectors=True
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

    async def swap(self, info: IndexInfo) -> None:
        """Let the new index serve, if it holds as many chunks as `info` says."""
        with _translated():
            found = (await self._client.count(self._name, exact=True)).count
            if found != info.chunks:
                raise StoreError(
                    f"The new index holds {found} chunks, not {info.chunks}; the old one serves on"
                )
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
            create_alias=models.CreateAlias(collection_name=self._name, alias_name=_ALIAS)
        )
        if not await self._client.collection_exists(_ALIAS):
            return [create]
        delete = models.DeleteAlias(alias_name=_ALIAS)
        return [models.DeleteAliasOperation(delete_alias=delete), create]

    async def _delete_old_collections(self) -> None:
        # Their names end in the time they were begun at, so that the newest sorts last.
        listed = await self._client.get_collections()
        ours = sorted(c.name for c in listed.collections if c.name.startswith(f"{_ALIAS}-"))
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
        query=vector, using=using, limit=limit, filter=_filter(dates), with_payload=True
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
    return tuple(
        Hit(chunk_from_payload(str(point.id), point.payload or {}), point.score) for point in points
    )


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
