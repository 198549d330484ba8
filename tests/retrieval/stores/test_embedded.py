"""The embedded store's own promises: one process, a pointer on disk, an index that outlives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import StoreBusy, StoreError
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import a_chunk, an_embedded_chunk, an_embedded_text
from tests.retrieval.stores.test_contract import fill, ids_of, info, serving

CHUNK = an_embedded_chunk(a_chunk())


async def test_an_index_is_there_again_when_the_process_starts_anew(tmp_path: Path) -> None:
    first = EmbeddedStore(tmp_path)
    await fill(first, CHUNK)
    await first.close()
    second = EmbeddedStore(tmp_path)
    assert (await serving(second)).info == info(1)
    assert len((await (await serving(second)).search(an_embedded_text(), limit=5)).dense) == 1
    await second.close()


async def test_a_second_process_is_told_to_use_reindex(tmp_path: Path) -> None:
    first, second = EmbeddedStore(tmp_path), EmbeddedStore(tmp_path)
    await fill(first, CHUNK)
    with pytest.raises(StoreBusy, match="/reindex"):
        await second.serving()
    await first.close()
    assert (await serving(second)).info == info(1)
    await second.close()


async def test_what_an_interrupted_build_left_behind_is_cleared_away(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    (tmp_path / "20200101T000000-abcdef" / "shard").mkdir(parents=True)
    await fill(store, CHUNK)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("2020")] == []
    assert await ids_of(store) == {CHUNK.chunk.id}
    await store.close()


async def test_a_damaged_index_says_how_to_mend_it(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    await fill(store, CHUNK)
    await store.close()
    (index,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    (index / "info.json").write_text("{")
    with pytest.raises(StoreError, match="run askben index"):
        await EmbeddedStore(tmp_path).serving()


async def test_a_folder_that_cannot_be_made_says_which_setting_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="ASKBEN_DATA_DIR"):
        await EmbeddedStore(tmp_path / "file" / "index").serving()
