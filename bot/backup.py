"""One file that holds what cannot be made again as it was: the serving index and the journal.

A tar of three members: the index as its store writes it, the journal of answers, and the votes.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from bot.journal.answers import AnswerJournal
from bot.journal.votes import Votes
from retrieval.documents import IndexInfo
from retrieval.errors import BackupError
from retrieval.stores import IndexBackup

_INDEX, _ANSWERS, _VOTES = "index", "answers.jsonl", "votes.sqlite"
_MENDED = "name a file that askben backup wrote"


class Kept(Protocol):
    """A part of the journal, as a backup needs it."""

    def copy_to(self, file: Path) -> None:
        """Write all of it to a file."""

    def merge(self, file: Path) -> None:
        """Take what a file holds and this does not."""


class Backup:
    """Writes and reads such files. A running bot goes on meanwhile, as far as its store lets it."""

    def __init__(self, index: IndexBackup, answers: AnswerJournal, votes: Votes) -> None:
        self._index = index
        self._journal: dict[str, Kept] = {_ANSWERS: answers, _VOTES: votes}

    async def back_up(self, file: Path) -> IndexInfo:
        """Write a file, whole or not at all, and return what its index is. Raises StoreError."""
        try:
            parts = Path(tempfile.mkdtemp(prefix=f".{file.name}.", dir=file.parent))
        except OSError as error:
            raise _cannot_write(file, error) from error
        try:
            info = await self._index.back_up(parts / _INDEX)
            await asyncio.to_thread(self._pack, parts, file)
            return info
        finally:
            await asyncio.to_thread(shutil.rmtree, parts, ignore_errors=True)

    async def restore(self, file: Path) -> IndexInfo:
        """Let the index in a file serve, and take what its journal holds beside what there is.

        Raises StoreError; the index that was there then serves on, and the journal is as it was.
        """
        with tempfile.TemporaryDirectory(prefix=".askben-restore-", dir=_near(file)) as folder:
            parts = Path(folder)
            await asyncio.to_thread(_unpack, file, parts)
            info = await self._index.restore(parts / _INDEX)
            await asyncio.to_thread(self._merge, parts)
            return info

    def _pack(self, parts: Path, file: Path) -> None:
        whole = parts / "whole"
        try:
            for name, kept in self._journal.items():
                kept.copy_to(parts / name)
            with tarfile.open(whole, "w") as archive:
                for name in (_INDEX, *self._journal):
                    archive.add(parts / name, name)
            whole.replace(file)
        except (OSError, sqlite3.Error) as error:
            raise _cannot_write(file, error) from error

    def _merge(self, parts: Path) -> None:
        for name, kept in self._journal.items():
            try:
                kept.merge(parts / name)
            except (OSError, sqlite3.Error) as error:
                raise BackupError(
                    f"The index is restored, but its {name} cannot be taken up ({error})"
                ) from error


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file, "r:") as archive:
            for name in (_INDEX, _ANSWERS, _VOTES):
                # The filter refuses what would lead out of the folder, links and devices.
                archive.extract(name, folder, filter="data")
    except FileNotFoundError as error:
        raise BackupError(f"There is no backup {file}; {_MENDED}") from error
    except KeyError as error:
        raise BackupError(f"{file} is no backup; {_MENDED}") from error
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupError(f"The backup {file} cannot be read ({error}); {_MENDED}") from error


def _near(file: Path) -> Path | None:
    """Return the folder of a file if it can be written in, for an index may be large for /tmp."""
    with suppress(OSError), tempfile.TemporaryFile(dir=file.parent):
        return file.parent
    return None


def _cannot_write(file: Path, error: Exception) -> BackupError:
    why = getattr(error, "strerror", None) or error
    return BackupError(f"The backup {file} cannot be written ({why}); name another file")
