"""Indexes generated blogs of growing size, and prints time and peak memory of each.

    make scale

The vectors are random, so that the indexer and the store are measured and not the model.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import Embedder
from retrieval.embedding.minilm import MODEL_NAME
from retrieval.indexing import Indexer
from retrieval.sources import open_source
from retrieval.stores.embedded import EmbeddedStore

_DIMENSION = 384
_SECTIONS = 20  # of a post, each a chunk
_WORDS = 90  # of a section
_VOCABULARY = 30_000
_SIZES = (10_000, 50_000, 100_000)


class RandomEmbedder(Embedder):
    """Gives every text a vector by chance; its words are read as ever."""

    def _dense_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.random.default_rng(len(texts)).normal(size=(len(texts), _DIMENSION))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32)


def _write_blog(folder: Path, chunks: int) -> None:
    chance = random.Random(chunks)
    words = [f"word{number}" for number in range(_VOCABULARY)]
    weights = [1 / (rank + 1) for rank in range(_VOCABULARY)]
    for number in range(chunks // _SECTIONS):
        day = date(2000, 1, 1) + timedelta(days=number)
        sections = [
            f"## Section {one}\n\n{' '.join(chance.choices(words, weights, k=_WORDS))}.\n"
            for one in range(_SECTIONS)
        ]
        text = f"---\ntitle: Post {number}\ndate: {day}\n---\n{''.join(sections)}"
        (folder / f"{number}.md").write_text(text)


async def _measure(chunks: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        blog = base / "blog"
        blog.mkdir()
        _write_blog(blog, chunks)
        embedder = RandomEmbedder(model=MODEL_NAME, folder=None, cache=Path("data") / "models")
        await embedder.load()
        store = EmbeddedStore(base / "index")
        indexer = Indexer(store=store, embedder=embedder, clock=lambda: datetime.now(UTC))
        source = open_source(str(blog), permalinks=None, largest_page=1_000_000)
        with Memory() as memory:
            started = time.perf_counter()
            report = await indexer.reindex([source])
            first = time.perf_counter() - started
        started = time.perf_counter()
        await indexer.reindex([source])
        second = time.perf_counter() - started
        await store.close()
        print(
            f"| {report.chunks} | {first:.0f} | {second:.1f} | {memory.before:.0f} | "
            f"{memory.peak:.0f} |"
        )


class Memory:
    """Watches the memory of this process that is its own, in MB.

    What the store maps from its files is left out: the system takes that back when it needs to.
    """

    def __init__(self) -> None:
        self.before = self.peak = self._now()
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.peak = max(self.peak, self._now())

    def _now(self) -> float:
        status = Path("/proc/self/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0]) / 1000


def main() -> None:
    """Measure every size in a process of its own, for the peak of a process never falls."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--chunks", type=int, help="measure this size alone, in this process")
    size = parser.parse_args().chunks
    if size:
        asyncio.run(_measure(size))
        return
    print(
        "| chunks | first run s | unchanged s | MB before | peak MB |\n|---|---|---|---|---|",
        flush=True,
    )
    for chunks in _SIZES:
        command = [sys.executable, "-m", "benchmarks.scale", "--chunks", str(chunks)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
