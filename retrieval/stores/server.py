"""The index on a Qdrant server: one collection an index, an alias that names the serving one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from qdrant_client import AsyncQdrantClient, models

from retrieval.documents import Chunk, EmbeddedChunk, IndexInfo
from retrieval.errors import NoIndex, StoreError
from retrieval.stores.payload import (
    DENSE,
    PUBLISHED,
    WORDS,
    chunk_to_payload,
    info_from_json,
    info_to_json,
)
from retrieval.stores.server_index import PAGE, ServerIndex, sparse, translated, vectors

ALIAS = "askben"
_TIMEOUT = 10  # seconds for one request
_UPLOADS = 4  # at once
_SENT = 64  # points in one of them


class ServerStore:
    """Collections of a Qdrant server, version 1.16 or newer: earlier ones keep no metadata."""

    def __init__(
        self,
        client: AsyncQdrantClient,
        *,
        shards: int | None = None,
        replicas: int | None = None,
    ) -> None:
        self._client = client
        self._shards = shards
        self._replicas = replicas
        self._serving: ServerIndex | None = None

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        api_key: str | None,
        shards: int | None = None,
        replicas: int | None = None,
    ) -> ServerStore:
        """Return a store on a server's REST endpoint. Nothing is sent before the first call.

        On a cluster, a collection is spread over `shards`, each held by `replicas` nodes; without
        them, over as many as the server is set to.
        """
        client = AsyncQdrantClient(
            url=url, api_key=api_key, timeout=_TIMEOUT, check_compatibility=False
        )
        return cls(client, shards=shards, replicas=replicas)

    async def serving(self) -> ServerIndex | None:
        """Return the index that answers now; None if nothing was built yet.

        The alias is asked for each time, for another process may have moved it.
        """
        with translated():
            listed = await self._client.get_aliases()
        name = next((a.collection_name for a in listed.aliases if a.alias_name == ALIAS), None)
        if name is None:
            return None
        if self._serving is None or self._serving.name != name:
            self._serving = await _index(self._client, name)
        return self._serving

    @asynccontextmanager
    async def build(self, *, dimension: int) -> AsyncIterator[ServerBuild]:
        """Begin a new collection; left without a swap, it is deleted."""
        # With a random end, for two bots on one server may begin at the same moment.
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(3)}"
        build = ServerBuild(self._client, f"{ALIAS}-{stamp}", await self.serving())
        await build.create(dimension, shards=self._shards, replicas=self._replicas)
        try:
            yield build
        finally:
            if not build.swapped:
                await build.discard()

    async def rollback(self) -> ServerIndex:
        """Let the collection before the serving one serve again."""
        serving = await self.serving()
        finished = await _finished(self._client)
        older = [index for index in finished if serving and index.name < serving.name]
        if not older:
            raise NoIndex("There is no earlier index to go back to")
        self._serving = older[-1]
        with translated():
            await self._client.update_collection_aliases(await _to(self._client, older[-1].name))
        return older[-1]

    async def rolled_back(self) -> bool:
        """Tell whether a finished collection is newer than the serving one."""
        serving = await self.serving()
        finished = await _finished(self._client)
        return serving is not None and finished[-1].name > serving.name

    async def close(self) -> None:
        """Release the connections. Closing twice does nothing."""
        await self._client.close()


class ServerBuild:
    """A new collection beside the one that the alias names."""

    def __init__(self, client: AsyncQdrantClient, name: str, serving: ServerIndex | None) -> None:
        self._client = client
        self._name = name
        self._old = serving
        self._uploads = asyncio.Semaphore(_UPLOADS)
        self.swapped = False

    async def create(self, dimension: int, *, shards: int | None, replicas: int | None) -> None:
        """Make the empty collection, with its payload index before any point."""
        with translated():
            await self._client.create_collection(
                self._name,
                vectors_config={
                    DENSE: models.VectorParams(size=dimension, distance=models.Distance.COSINE)
                },
                sparse_vectors_config={
                    WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)
                },
                shard_number=shards,
                replication_factor=replicas,
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
                    vector={DENSE: embedded.dense.tolist(), WORDS: sparse(embedded.sparse)},
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
        for start in range(0, len(chunk_ids), PAGE):
            with translated():
                records = await self._client.retrieve(
                    self._old.name, chunk_ids[start : start + PAGE], with_vectors=True
                )
            await self._upsert(
                [
                    models.PointStruct(
                        id=record.id,
                        vector=vectors(record),
                        payload=payloads.get(str(record.id), record.payload),
                    )
                    for record in records
                ]
            )

    async def finished(self, info: IndexInfo) -> ServerIndex:
        """Return the new index, to be tried before it serves."""
        with translated():
            found = (await self._client.count(self._name, exact=True)).count
        if found != info.chunks:
            raise StoreError(
                f"The new index holds {found} chunks, not {info.chunks}; the old one serves on"
            )
        return ServerIndex(self._client, self._name, info)

    async def swap(self, info: IndexInfo) -> None:
        """Let the new index serve, with what is now known of it."""
        await self.finished(info)
        with translated():
            await self._client.update_collection(self._name, metadata=info_to_json(info))
            await self._client.update_collection_aliases(await _to(self._client, self._name))
            self.swapped = True
            await self._delete_old_collections()

    async def discard(self) -> None:
        """Delete the collection."""
        with translated():
            await self._client.delete_collection(self._name)

    async def _delete_old_collections(self) -> None:
        """Delete all but this one and the one that served, and what a kill left unfinished.

        Those that were begun later stay: another bot on this server may be filling one.
        """
        kept = {self._name, self._old.name if self._old else ""}
        for name in await _collections(self._client):
            if name not in kept and (name < self._name or await _info(self._client, name)):
                await self._client.delete_collection(name)

    async def _upsert(self, points: list[models.PointStruct]) -> None:
        """Write points, several requests at a time; returns when the server has all of them."""
        async with asyncio.TaskGroup() as group:
            for start in range(0, len(points), _SENT):
                group.create_task(self._send(points[start : start + _SENT]))

    async def _send(self, points: list[models.PointStruct]) -> None:
        async with self._uploads:
            with translated():
                await self._client.upsert(self._name, points, wait=True)


async def _to(client: AsyncQdrantClient, name: str) -> list[models.AliasOperations]:
    """Return what moves the alias to a collection; the server does all of it in one step."""
    create = models.CreateAliasOperation(
        create_alias=models.CreateAlias(collection_name=name, alias_name=ALIAS)
    )
    if not await client.collection_exists(ALIAS):
        return [create]
    return [models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=ALIAS)), create]


async def _collections(client: AsyncQdrantClient) -> list[str]:
    """Return the names of askBen's collections, oldest first."""
    with translated():
        listed = await client.get_collections()
    return sorted(c.name for c in listed.collections if c.name.startswith(f"{ALIAS}-"))


async def _finished(client: AsyncQdrantClient) -> list[ServerIndex]:
    """Return the indexes that were ever complete, oldest first."""
    names = await _collections(client)
    infos = [await _info(client, name) for name in names]
    return [
        ServerIndex(client, name, info) for name, info in zip(names, infos, strict=True) if info
    ]


async def _index(client: AsyncQdrantClient, name: str) -> ServerIndex:
    info = await _info(client, name)
    if info is None:
        raise StoreError(
            f"The Qdrant server says nothing of the index {name}; "
            "askBen needs Qdrant 1.16 or newer, and its collections to itself"
        )
    return ServerIndex(client, name, info)


async def _info(client: AsyncQdrantClient, name: str) -> IndexInfo | None:
    """Return what a collection says of itself, which is nothing before it is complete."""
    with translated():
        stated = (await client.get_collection(name)).config.metadata
    return info_from_json(stated) if stated else None
