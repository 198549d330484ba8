"""Whenever a reindex is killed, the index is the old one or the new one, whole, and answers."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

from retrieval.embedding import Embedder
from retrieval.indexing import Indexer
from retrieval.queries import Query
from retrieval.searching import Searcher
from retrieval.sources import open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import NOW
from tests.conftest import REPOSITORY
from tests.retrieval.stores.test_contract import serving

KILLS = 30
SHORTEST, LIVES = 0.4, 4.0  # seconds, and reindexes, that the longest life has time for
BLOGS = {
    "flour": {f"{number}.md": f"# Post {number}\n\nFlour of kind {number}." for number in range(9)},
    "plaster": {
        f"{number}.md": f"# Post {number}\n\nPlaster, grade {number}." for number in range(7)
    },
}


def write(folder: Path) -> list[str]:
    for name, posts in BLOGS.items():
        (folder / name).mkdir()
        for post, text in posts.items():
            (folder / name / post).write_text(text)
    return [str(folder / name) for name in BLOGS]


async def check(index: Path, embedder: Embedder) -> str:
    """Return which blog is indexed, having seen that all of it and nothing else is."""
    store = EmbeddedStore(index)
    try:
        found = await serving(store)
        catalogue = await found.catalogue()
        chunks = await found.chunks(list(catalogue.post_of))
        assert len(chunks) == found.info.chunks
        said = {chunk.post: chunk.text for chunk in chunks}
        name = "flour" if "Flour" in said["0.md"] else "plaster"
        assert said == {post: text.split("\n\n")[1] for post, text in BLOGS[name].items()}
        result = await Searcher(store=store, embedder=embedder).search(Query(f"{name} 3"))
        assert result.passages[0].best.post == "3.md"
        return name
    finally:
        await store.close()


async def test_a_kill_at_any_moment_leaves_a_whole_index(
    tmp_path: Path, embedder: Embedder, model_cache: Path
) -> None:
    blogs = write(tmp_path)
    index = tmp_path / "index"
    store = EmbeddedStore(index)
    indexer = Indexer(store=store, embedder=embedder, clock=lambda: NOW)
    for blog in blogs:  # the second is timed, for the first waits for the model
        started = time.monotonic()
        source = open_source(blog, permalinks=None, largest_page=10_000)
        await indexer.reindex([source], force=True)
    longest = SHORTEST + LIVES * (time.monotonic() - started)
    await store.close()
    restless = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.retrieval.restless_indexer"),
        *(str(index), str(model_cache), *blogs),
        cwd=REPOSITORY,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert restless.stdin
    assert restless.stdout
    moments = random.Random(5)
    left = []
    try:
        for _ in range(KILLS):
            restless.stdin.write(b"go\n")
            child = int(await asyncio.wait_for(restless.stdout.readline(), 30))
            await asyncio.sleep(moments.uniform(0, longest))
            os.kill(child, signal.SIGKILL)
            assert await asyncio.wait_for(restless.stdout.readline(), 30) == b"gone\n"
            left.append(await check(index, embedder))
    finally:
        restless.stdin.close()
        await restless.wait()
    assert set(left) == set(BLOGS), "no kill came after a swap, or all did"
