"""Backup and restore of the embedded index: its folder in one archive, put back in one step."""

from __future__ import annotations

import asyncio
import json
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from retrieval.documents import IndexInfo
from retrieval.errors import BackupError, NoIndex, StoreError
from retrieval.stores.edge_shard import EdgeShard
from retrieval.stores.embedded import INFO, POINTER, SHARD, EmbeddedIndex, EmbeddedStore
from retrieval.stores.payload import info_from_json

_MENDED = "name a file that askben backup wrote from an embedded index"


class EmbeddedBackup:
    """Archives the serving index of a folder. A bot may go on serving it meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def back_up(self, file: Path) -> IndexInfo:
        """Write the serving index to a file, whole or not at all, and return what it is.

        Raises NoIndex, or BackupError when the file cannot be written.
        """
        return await asyncio.to_thread(self._back_up, file)

    async def restore(self, file: Path) -> IndexInfo:
        """Let the index in a file serve, in one step, and return what it is.

        Raises BackupError when the file does not hold a whole index, and StoreBusy when another
        process serves from the folder; the index that was there then serves on.
        """
        store = EmbeddedStore(self._folder)
        try:
            await asyncio.to_thread(store.acquire)
            folder = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
            try:
                index = await asyncio.to_thread(_unpack, file, folder)
            except BaseException:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
                raise
            # From here on the pointer may name the folder, so that it is left where it is.
            await store.serve(folder, index)
            return index.info
        finally:
            await store.close()

    def _back_up(self, file: Path) -> IndexInfo:
        # Without the folder's lock: a serving index is never written to, and the one before it is
        # kept as well, so that it is still there even if a reindex ends while it is read.
        try:
            name = (self._folder / POINTER).read_text("utf-8").strip()
            info = info_from_json(json.loads((self._folder / name / INFO).read_text("utf-8")))
        except FileNotFoundError as error:
            raise NoIndex("There is no index to back up; run askben index first") from error
        beside = file.with_name(f".{file.name}.new")
        try:
            with tarfile.open(beside, "w:gz") as archive:
                archive.add(self._folder / name / INFO, INFO)
                archive.add(self._folder / name / SHARD, SHARD)
            beside.replace(file)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise BackupError(
                f"The backup {file} cannot be written ({error.strerror}); name another file"
            ) from error
        return info


def _unpack(file: Path, folder: Path) -> EmbeddedIndex:
    try:
        with tarfile.open(file, "r:gz") as archive:
            # The filter refuses names that lead out of the folder, links and devices.
            archive.extractall(folder, filter="data")
        info = info_from_json(json.loads((folder / INFO).read_text("utf-8")))
        shard = EdgeShard.load(folder / SHARD)
    except FileNotFoundError as error:
        raise BackupError(f"{file} is no backup of an index; {_MENDED}") from error
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, StoreError) as error:
        raise BackupError(f"The backup {file} cannot be read ({error}); {_MENDED}") from error
    found = shard.finish()
    if found != info.chunks:
        shard.close()
        raise BackupError(f"The backup {file} holds {found} chunks, not {info.chunks}; {_MENDED}")
    return EmbeddedIndex(info, shard)
