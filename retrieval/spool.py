"""Keeps the chunks of a reindex in a file until they are embedded, so that memory stays small."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from retrieval.documents import Chunk
from retrieval.errors import StoreError
from retrieval.planning import PlannedChunk
from retrieval.stores.payload import chunk_from_payload, chunk_to_payload


class ChunkSpool:
    """A file without a name, gone when it is closed or the process ends. Every call here blocks."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open it in a folder; without one, where the system keeps such files."""
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - __exit__ closes it
        except OSError as error:
            raise _no_room(error) from error
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, chunks: Iterable[Chunk]) -> tuple[PlannedChunk, ...]:
        """Write chunks down. Raises StoreError where the disk is full."""
        planned = []
        try:
            self._file.seek(self._end)
            for chunk in chunks:
                line = json.dumps(chunk_to_payload(chunk)).encode()
                self._file.write(line)
                planned.append(PlannedChunk(chunk.id, chunk.headings, self._end, len(line)))
                self._end += len(line)
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        return tuple(planned)

    def take(self, planned: Sequence[PlannedChunk]) -> list[Chunk]:
        """Read chunks again, in the order given."""
        found = []
        for one in planned:
            self._file.seek(one.at)
            found.append(chunk_from_payload(one.id, json.loads(self._file.read(one.size))))
        return found


def _no_room(error: OSError) -> StoreError:
    return StoreError(
        f"What is to be indexed cannot be written down ({error.strerror}); make room for it in "
        "ASKBEN_DATA_DIR"
    )
