"""A snapshot of a Qdrant server's index comes back behind the alias, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import BackupError, NoIndex, StoreError, StoreUnreachable
from retrieval.stores.payload import info_to_json
from retrieval.stores.server_backup import ServerBackup
from tests.fake_qdrant import FakeQdrant
from tests.retrieval.stores.test_contract import info

NAME = "askben-20260301T120000.000000-abcdef"


def with_index(qdrant: FakeQdrant, points: int = 7) -> FakeQdrant:
    qdrant.add(NAME, info_to_json(info(7)), points)
    qdrant.aliases["askben"] = NAME
    return qdrant


async def test_what_was_backed_up_serves_again_after_the_server_is_wiped(tmp_path: Path) -> None:
    file = tmp_path / "backup.snapshot"
    async with FakeQdrant(api_key="secret") as qdrant:
        backup = ServerBackup(qdrant.url + "/", api_key="secret")
        with_index(qdrant)
        assert await backup.back_up(file) == info(7)
        assert qdrant.snapshots == {}, "the snapshot takes up room on the server"
        qdrant.collections.clear()
        qdrant.aliases.clear()
        assert await backup.restore(file) == info(7)
        restored = qdrant.aliases["askben"]
        assert restored.startswith("askben-")
        assert qdrant.collections[restored]["points"] == 7


async def test_a_restore_moves_the_alias_from_the_newer_index(tmp_path: Path) -> None:
    file = tmp_path / "backup.snapshot"
    async with FakeQdrant() as qdrant:
        backup = ServerBackup(with_index(qdrant).url, api_key=None)
        await backup.back_up(file)
        await backup.restore(file)
        assert qdrant.aliases["askben"] != NAME
        assert NAME in qdrant.collections, "the index before it is kept, to go back to"


@pytest.mark.parametrize(
    "content",
    [
        b"no snapshot",
        b'{"metadata": null, "points": 7}',
        b'{"metadata": {"other": 1}, "points": 7}',
    ],
)
async def test_after_a_restore_that_fails_the_old_index_serves_on(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "backup.snapshot"
    file.write_bytes(content)
    async with FakeQdrant() as qdrant:
        with pytest.raises(StoreError):
            await ServerBackup(with_index(qdrant).url, api_key=None).restore(file)
        assert qdrant.aliases == {"askben": NAME}
        assert list(qdrant.collections) == [NAME]


async def test_a_snapshot_that_lost_chunks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "backup.snapshot"
    async with FakeQdrant() as qdrant:
        backup = ServerBackup(with_index(qdrant, points=6).url, api_key=None)
        await backup.back_up(file)
        with pytest.raises(BackupError, match="holds 6 chunks, not 7"):
            await backup.restore(file)
        assert list(qdrant.collections) == [NAME]


async def test_there_is_nothing_to_back_up_before_the_first_index(tmp_path: Path) -> None:
    async with FakeQdrant() as qdrant:
        with pytest.raises(NoIndex):
            await ServerBackup(qdrant.url, api_key=None).back_up(tmp_path / "backup")


async def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    async with FakeQdrant() as qdrant:
        backup = ServerBackup(with_index(qdrant).url, api_key=None)
        with pytest.raises(BackupError, match="cannot be read"):
            await backup.restore(tmp_path / "none")
        with pytest.raises(BackupError, match="cannot be written"):
            await backup.back_up(tmp_path / "none" / "backup")
        assert qdrant.snapshots == {}
        assert qdrant.aliases == {"askben": NAME}


async def test_a_server_that_is_not_there_is_unreachable(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    with pytest.raises(StoreUnreachable, match="ASKBEN_QDRANT_URL"):
        await ServerBackup(f"http://127.0.0.1:{unused_tcp_port}", api_key=None).back_up(
            tmp_path / "backup"
        )
