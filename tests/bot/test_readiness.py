"""Readiness says the truth of each dependency, and takes a missing LLM for what it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.health import Health, State
from bot.readiness import Readiness
from bot.schedule import LastSync
from bot.served_models import served_models
from retrieval.documents import Calibration, Fingerprint, IndexInfo
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import DIMENSION, NOW, a_chunk, an_embedded_chunk
from tests.fake_llm import MODEL, FakeLLM
from tests.retrieval.stores.test_contract import info


def readiness(
    store: EmbeddedStore, llm: str | None = None, *, model: str | None = None
) -> Readiness:
    made_by = info(1).fingerprint
    return Readiness(
        store=store,
        fingerprint=lambda language: replace(made_by, language=language),
        ask_for_models=partial(served_models, llm, api_key=None) if llm else None,
        model=model,
    )


async def health_of_index(folder: Path, known: IndexInfo) -> Health:
    store = EmbeddedStore(folder)
    async with store.build(dimension=DIMENSION) as build:
        await build.add([an_embedded_chunk(a_chunk())])
        await build.swap(known)
    try:
        return await readiness(store).index()
    finally:
        await store.close()


async def test_no_index_is_down(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    assert (await readiness(store).index()).state is State.DOWN
    await store.close()


async def test_a_measured_index_of_this_model_is_ok(tmp_path: Path) -> None:
    known = replace(info(1), calibration=Calibration(1.0, 0.5))
    assert await health_of_index(tmp_path, known) == Health(State.OK, "1 posts in 1 chunks")


async def test_an_index_that_was_not_measured_is_degraded(tmp_path: Path) -> None:
    assert (await health_of_index(tmp_path, info(1))).state is State.DEGRADED


async def test_an_index_of_another_model_is_degraded(tmp_path: Path) -> None:
    known = replace(info(1), fingerprint=Fingerprint("another", 1, "english"))
    assert (await health_of_index(tmp_path, known)).state is State.DEGRADED


async def test_an_index_that_cannot_be_read_is_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    health = await readiness(EmbeddedStore(tmp_path / "file" / "index")).index()
    assert health.state is State.DOWN
    assert "ASKBEN_DATA_DIR" in health.detail


async def test_no_llm_is_degraded(tmp_path: Path) -> None:
    health = await readiness(EmbeddedStore(tmp_path)).llm()
    assert health.state is State.DEGRADED
    assert "quoted" in health.detail


async def test_an_llm_that_is_gone_is_degraded(tmp_path: Path, unused_tcp_port: int) -> None:
    health = await readiness(EmbeddedStore(tmp_path), f"http://127.0.0.1:{unused_tcp_port}").llm()
    assert health.state is State.DEGRADED
    assert "cannot be reached" in health.detail


@pytest.mark.parametrize(
    ("model", "state"), [(None, State.OK), (MODEL, State.OK), ("other", State.DEGRADED)]
)
async def test_an_llm_is_ok_if_it_has_the_model(
    tmp_path: Path, model: str | None, state: State
) -> None:
    async with FakeLLM() as llm:
        health = await readiness(EmbeddedStore(tmp_path), llm.url, model=model).llm()
    assert health.state is state


async def test_discord_is_down_until_it_is_connected(tmp_path: Path) -> None:
    one = readiness(EmbeddedStore(tmp_path))
    assert (await one.discord()).state is State.DOWN
    one.watch_connection(True)
    assert (await one.discord()).state is State.OK
    one.watch_connection(False)
    assert (await one.discord()).state is State.DOWN


@pytest.mark.parametrize(
    ("last", "state"),
    [(None, State.OK), (LastSync(NOW, None), State.OK), (LastSync(NOW, "gone"), State.DEGRADED)],
)
async def test_a_blog_that_cannot_be_read_again_is_degraded(
    last: LastSync | None, state: State, tmp_path: Path
) -> None:
    store = EmbeddedStore(tmp_path)
    checked = Readiness(
        store=store,
        fingerprint=lambda language: Fingerprint("model", 1, language),
        ask_for_models=None,
        model=None,
        last_sync=lambda: last,
    )
    assert (await checked.blog()).state is state
