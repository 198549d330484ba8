"""A backup of the embedded index comes back as it was, or not at all."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest

from retrieval.errors import BackupError, NoIndex, StoreBusy
from retrieval.stores.embedded import EmbeddedStore
from retrieval.stores.embedded_backup import EmbeddedBackup
from tests.builders import a_chunk, an_embedded_chunk, an_embedded_text
from tests.retrieval.stores.test_contract import fill, ids_of, info, serving

FIRST = an_embedded_chunk(a_chunk("First."))
SECOND = an_embedded_chunk(a_chunk("Second."), along=1)


async def indexed(folder: Path, *chunks: object) -> None:
    store = EmbeddedStore(folder)
    await fill(store, *chunks)  # type: ignore[arg-type]
    await store.close()


async def test_what_was_backed_up_is_found_again_after_the_data_is_wiped(tmp_path: Path) -> None:
    index, file = tmp_path / "index", tmp_path / "backup.tar.gz"
    await indexed(index, FIRST, SECOND)
    assert await EmbeddedBackup(index).back_up(file) == info(2)
    shutil.rmtree(index)
    assert await EmbeddedBackup(index).restore(file) == info(2)
    store = EmbeddedStore(index)
    assert await ids_of(store) == {FIRST.chunk.id, SECOND.chunk.id}
    hits = await (await serving(store)).search(an_embedded_text(along=1), limit=1)
    assert hits.dense[0].chunk_id == SECOND.chunk.id
    await store.close()


async def test_a_restore_takes_the_place_of_a_newer_index(tmp_path: Path) -> None:
    index, file = tmp_path / "index", tmp_path / "backup.tar.gz"
    await indexed(index, FIRST)
    await EmbeddedBackup(index).back_up(file)
    await indexed(index, SECOND)
    await EmbeddedBackup(index).restore(file)
    store = EmbeddedStore(index)
    assert await ids_of(store) == {FIRST.chunk.id}
    await store.close()


async def test_a_running_bot_can_be_backed_up_and_is_never_restored_over(tmp_path: Path) -> None:
    index, file = tmp_path / "index", tmp_path / "backup.tar.gz"
    running = EmbeddedStore(index)
    await fill(running, FIRST)
    await EmbeddedBackup(index).back_up(file)
    with pytest.raises(StoreBusy):
        await EmbeddedBackup(index).restore(file)
    assert await ids_of(running) == {FIRST.chunk.id}
    await running.close()
    await EmbeddedBackup(tmp_path / "other").restore(file)
    other = EmbeddedStore(tmp_path / "other")
    assert await ids_of(other) == {FIRST.chunk.id}
    await other.close()


async def test_there_is_nothing_to_back_up_before_the_first_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="askben index"):
        await EmbeddedBackup(tmp_path / "index").back_up(tmp_path / "backup.tar.gz")
    assert list(tmp_path.iterdir()) == []


async def test_a_backup_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    index = tmp_path / "index"
    await indexed(index, FIRST)
    with pytest.raises(BackupError, match="name another file"):
        await EmbeddedBackup(index).back_up(tmp_path / "none" / "backup.tar.gz")


def without(file: Path, name: str) -> None:
    """Write an archive again without the members whose names begin like this."""
    with tarfile.open(file) as archive:
        kept = [(m, archive.extractfile(m)) for m in archive if not m.name.startswith(name)]
        contents = [(m, opened.read() if opened else None) for m, opened in kept]
    with tarfile.open(file, "w:gz") as archive:
        for member, content in contents:
            archive.addfile(member, io.BytesIO(content) if content is not None else None)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def outside(file: Path) -> None:
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo("../../escaped")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_text("no archive"),
        cut,
        outside,
        lambda file: without(file, "info.json"),
        lambda file: without(file, "shard"),
    ],
    ids=["missing", "no archive", "cut short", "leads outside", "no info", "no shard"],
)
async def test_after_a_restore_that_fails_the_old_index_serves_on(
    tmp_path: Path, damage: object
) -> None:
    index, file = tmp_path / "index", tmp_path / "backup.tar.gz"
    await indexed(index, FIRST)
    await EmbeddedBackup(index).back_up(file)
    damage(file)  # type: ignore[operator]
    with pytest.raises(BackupError, match="askben backup"):
        await EmbeddedBackup(index).restore(file)
    store = EmbeddedStore(index)
    assert await ids_of(store) == {FIRST.chunk.id}
    await store.close()
    assert len([path for path in index.iterdir() if path.is_dir()]) == 1
    assert not (tmp_path / "escaped").exists()
