"""Backup and restore of an index on a Qdrant server, as one of Qdrant's own snapshots.

Protocol: https://api.qdrant.tech/api-reference/snapshots. A file is sent and received in pieces,
for a snapshot is as large as the index.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import aiohttp

from retrieval.documents import IndexInfo
from retrieval.errors import BackupError, NoIndex, StoreError, StoreUnreachable
from retrieval.stores.payload import info_from_json
from retrieval.stores.server import ALIAS

_PIECE = 1 << 20  # bytes
_PATIENCE = aiohttp.ClientTimeout(total=None, connect=10, sock_read=600)  # seconds


class ServerBackup:
    """Asks one Qdrant server for snapshots. On a cluster, a snapshot holds one node's shards."""

    def __init__(self, url: str, *, api_key: str | None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"api-key": api_key} if api_key else {}

    async def back_up(self, file: Path) -> IndexInfo:
        """Write a snapshot of the serving collection to a file, whole or not at all.

        Raises NoIndex, BackupError when the file cannot be written, and StoreError.
        """
        async with _Server(self._url, self._headers) as server:
            name = await server.serving()
            if name is None:
                raise NoIndex("There is no index to back up; run askben index first")
            info = await server.info_of(name)
            made = (await server.ask("POST", f"/collections/{name}/snapshots"))["name"]
            snapshot = f"/collections/{name}/snapshots/{made}"
            beside = file.with_name(f".{file.name}.new")
            try:
                await server.fetch(snapshot, beside)
                beside.replace(file)
            except OSError as error:
                raise BackupError(
                    f"The backup {file} cannot be written ({error.strerror}); name another file"
                ) from error
            finally:
                beside.unlink(missing_ok=True)
                await server.discard(snapshot)
            return info

    async def restore(self, file: Path) -> IndexInfo:
        """Let the index in a snapshot serve: into a new collection, then the alias in one step.

        Raises BackupError when the file holds no index, and StoreError; what served then serves on.
        """
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(3)}"
        name = f"{ALIAS}-{stamp}"
        async with _Server(self._url, self._headers) as server:
            try:
                await server.send(f"/collections/{name}/snapshots/upload?priority=snapshot", file)
                info = await server.info_of(name)
                count = await server.ask("POST", f"/collections/{name}/points/count", exact=True)
                if count["count"] != info.chunks:
                    raise BackupError(
                        f"The backup {file} holds {count['count']} chunks, not {info.chunks}"
                    )
            except BaseException:
                await server.discard(f"/collections/{name}")
                raise
            # From here on the alias may name the collection, whatever the answer: it is left there.
            await server.move_alias(name)
            return info


class _Server:
    """Qdrant's REST interface as far as snapshots need it; its errors are translated here."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(headers=headers, timeout=_PATIENCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def serving(self) -> str | None:
        """Return the collection that the alias names."""
        aliases = (await self.ask("GET", "/aliases"))["aliases"]
        return next((a["collection_name"] for a in aliases if a["alias_name"] == ALIAS), None)

    async def info_of(self, name: str) -> IndexInfo:
        """Return what a collection says of itself. Raises BackupError when it is not askBen's."""
        config = (await self.ask("GET", f"/collections/{name}"))["config"]
        try:
            return info_from_json(config["metadata"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BackupError(
                "The snapshot is not of askBen's index; name a file that askben backup wrote"
            ) from error

    async def move_alias(self, name: str) -> None:
        """Let the alias name another collection."""
        create = {"create_alias": {"collection_name": name, "alias_name": ALIAS}}
        delete = {"delete_alias": {"alias_name": ALIAS}}
        actions = [create] if await self.serving() is None else [delete, create]
        await self.ask("POST", "/collections/aliases", actions=actions)

    async def discard(self, path: str) -> None:
        """Delete what is at a path, if it is there; what went wrong before is worth more."""
        with suppress(StoreError):
            await self.ask("DELETE", path)

    async def ask(self, method: str, path: str, **body: Any) -> Any:
        """Return the result of a request."""
        async with self._answered(method, path, json=body or None) as response:
            return (await response.json(content_type=None))["result"]

    async def fetch(self, path: str, file: Path) -> None:
        """Write what is at a path to a file."""
        async with self._answered("GET", path) as response:
            with file.open("wb") as opened:
                async for piece in response.content.iter_chunked(_PIECE):
                    opened.write(piece)

    async def send(self, path: str, file: Path) -> None:
        """Upload a file as a snapshot."""
        try:
            opened = file.open("rb")
        except OSError as error:
            raise BackupError(f"The backup {file} cannot be read ({error.strerror})") from error
        with opened:
            form = aiohttp.FormData()
            form.add_field("snapshot", opened, filename=file.name)
            async with self._answered("POST", path, data=form):
                return

    @asynccontextmanager
    async def _answered(
        self, method: str, path: str, **body: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._session.request(method, f"{self._url}{path}", **body) as response:
                if response.status != HTTPStatus.OK:
                    said = (await response.text(errors="replace"))[:200]
                    raise StoreError(f"The Qdrant server refused {method} {path} ({said})")
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreUnreachable(
                f"The Qdrant server does not answer ({error!r}); "
                "check ASKBEN_QDRANT_URL and that the server runs"
            ) from error
