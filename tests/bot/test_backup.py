"""A backup holds index and journal; a restore adds to the journal there is, and loses nothing."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering.types import Answer, Draft, Question
from bot.backup import Backup
from bot.journal.answers import AnswerJournal, read_answers
from bot.journal.votes import Tally, Votes
from retrieval.documents import IndexInfo
from retrieval.errors import BackupError
from tests.builders import NOW, a_source, an_answer, an_index_info


class IndexInAFile:
    """An index that is one line of text, and cannot be backed up while it is `broken`."""

    def __init__(self, line: str = "the index") -> None:
        self.line = line
        self.broken = False

    async def back_up(self, file: Path) -> IndexInfo:
        if self.broken:
            raise BackupError("The index is broken")
        file.write_text(self.line)
        return an_index_info()

    async def restore(self, file: Path) -> IndexInfo:
        self.line = file.read_text()
        return an_index_info()


class House:
    """A data folder, and a backup of what is in it."""

    def __init__(self, folder: Path) -> None:
        self.index = IndexInAFile()
        self.file = folder / "answers.jsonl"
        self.answers = AnswerJournal(self.file, clock=lambda: NOW, questions=True)
        self.answers.open()
        self.votes = Votes(folder / "journal.sqlite")
        self.backup = Backup(self.index, self.answers, self.votes)

    async def answer(self, question: str) -> None:
        async def events() -> AsyncGenerator[Draft | Answer]:
            yield an_answer("Yes [1].", a_source(1))

        async for _ in self.answers.watch(Question(question, NOW), events()):
            pass

    @property
    def questions(self) -> list[str]:
        return [line["question"] for line in read_answers(self.file)]


async def test_what_was_written_since_the_backup_is_kept_beside_what_was_lost(
    tmp_path: Path,
) -> None:
    file = tmp_path / "backup"
    old, new = House(tmp_path / "old"), House(tmp_path / "new")
    await old.answer("first?")
    await old.votes.cast(1, 10, helpful=True, now=NOW)
    await old.votes.cast(2, 10, helpful=True, now=NOW)
    await old.backup.back_up(file)
    await new.answer("second?")
    await new.votes.cast(2, 10, helpful=False, now=NOW + timedelta(hours=1))
    new.index.line = "another"
    for _ in range(2):  # to restore twice is to restore once
        await new.backup.restore(file)
    assert new.index.line == "the index"
    assert new.questions == ["second?", "first?"]
    assert await new.votes.cast(1, 11, helpful=True, now=NOW) == Tally(2, 0)
    assert await new.votes.cast(2, 11, helpful=True, now=NOW) == Tally(1, 1)


async def test_a_bot_that_has_no_journal_yet_can_be_backed_up(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    await house.backup.back_up(tmp_path / "backup")
    await house.backup.restore(tmp_path / "backup")
    assert house.questions == []


async def test_nothing_is_left_beside_a_backup(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    await house.backup.back_up(tmp_path / "backup")
    await house.backup.restore(tmp_path / "backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "data"]


async def test_a_backup_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    await house.backup.back_up(tmp_path / "backup")
    before = (tmp_path / "backup").read_bytes()
    house.index.broken = True
    with pytest.raises(BackupError, match="broken"):
        await house.backup.back_up(tmp_path / "backup")
    assert (tmp_path / "backup").read_bytes() == before


async def test_a_backup_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    with pytest.raises(BackupError, match="cannot be written"):
        await house.backup.back_up(tmp_path / "nowhere" / "backup")
    (tmp_path / "backup").mkdir()
    with pytest.raises(BackupError, match="cannot be written"):
        await house.backup.back_up(tmp_path / "backup")


@pytest.mark.parametrize("content", [b"", b"no backup", "a tar of other things"])
async def test_what_is_no_backup_changes_nothing(content: bytes | str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with tarfile.open(file, "w") as archive:
            archive.addfile(tarfile.TarInfo("other"), io.BytesIO())
    house = House(tmp_path / "data")
    with pytest.raises(BackupError, match="askben backup"):
        await house.backup.restore(file)
    with pytest.raises(BackupError, match="There is no backup"):
        await house.backup.restore(tmp_path / "missing")
    assert house.index.line == "the index"
