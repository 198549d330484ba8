"""A process to be killed: on every line of input, a fork that reindexes one blog, then another.

Its model is loaded once, before the forks, so that they are at work as soon as they begin.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from retrieval.embedding import Embedder
from retrieval.embedding.minilm import MODEL_NAME
from retrieval.indexing import Indexer
from retrieval.sources import open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import NOW


async def reindex_until_killed(index: Path, blogs: list[str], embedder: Embedder) -> None:
    parent = os.getppid()
    store = EmbeddedStore(index)
    indexer = Indexer(store=store, embedder=embedder, clock=lambda: NOW)
    sources = [open_source(blog, permalinks=None, largest_page=10_000) for blog in blogs]
    while os.getppid() == parent:  # a test run that is broken off leaves nobody to kill it
        for source in sources:
            await indexer.reindex([source], force=True)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(index: str, models: str, *blogs: str) -> None:
    embedder = Embedder(model=MODEL_NAME, folder=None, cache=Path(models))
    asyncio.run(embedder.load())
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(reindex_until_killed(Path(index), list(blogs), embedder))
            os._exit(0)
        tell(str(child))
        os.waitpid(child, 0)
        tell("gone")


if __name__ == "__main__":
    main(*sys.argv[1:])
