"""What every test starts from: a clean environment, a folder of its own, loopback alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from retrieval.documents import Permalinks
from retrieval.embedding import Embedder
from retrieval.embedding.minilm import MODEL_NAME
from retrieval.indexing import Indexer
from retrieval.sources import open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import NOW

# The same examples in every run, so that a change is judged by what it changed. `make fuzz` looks
# for others, a hundred times as many.
settings.register_profile("repeated", derandomize=True, deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=10_000)
settings.load_profile("repeated")

REPOSITORY = Path(__file__).parents[1]
EXAMPLE_BLOG = REPOSITORY / "examples" / "blog"
EXAMPLE_SITE = "https://ben.example"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away the settings of whoever runs the tests, and the folder that holds their .env."""
    for name in list(os.environ):
        if name.startswith("ASKBEN_") and not name.startswith("ASKBEN_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Refuse every connection that leaves this machine, but to the Qdrant that tests may use."""
    allowed = {"127.0.0.1", "::1", "localhost"}
    if os.environ.get("ASKBEN_TEST_QDRANT_URL"):
        yield
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in allowed:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that the workers of a run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def model_cache(shared_folder: Path) -> Path:
    """Return the folder where the embedding model is built, once a run."""
    folder = shared_folder / "models"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def embedder(model_cache: Path) -> Embedder:
    """Return the real embedder with the default model."""
    return Embedder(model=MODEL_NAME, folder=None, cache=model_cache)


@pytest.fixture(scope="session")
def example_data(
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    model_cache: Path,
    embedder: Embedder,
) -> Path:
    """Return a data folder with the model and the index of the example blog at EXAMPLE_SITE.

    One test at a time may open it, and none may change it.
    """
    built = shared_folder / "example-index"
    with FileLock(shared_folder / "example-index.lock"):
        if not built.exists():
            asyncio.run(_index_example(built, embedder))
    data = tmp_path_factory.mktemp("example-data")
    shutil.copytree(built, data / "index")
    (data / "models").symlink_to(model_cache, target_is_directory=True)
    return data


async def _index_example(folder: Path, embedder: Embedder) -> None:
    site = Permalinks(EXAMPLE_SITE, "{folder}/{slug}/")
    source = open_source(str(EXAMPLE_BLOG), permalinks=site, largest_page=4_000_000)
    store = EmbeddedStore(folder)
    await Indexer(store=store, embedder=embedder, clock=lambda: NOW).reindex([source])
    await store.close()
