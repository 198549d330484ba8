"""Times the way of a question to its passages against embedding it and asking the store alone.

    make latency POSTS=folder QUESTIONS=questions.jsonl

Both are timed for one question after the other in turn, so that what else the machine does slows
both. Follow-ups and questions for a list are left out: they do more than is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.measuring import arguments_for, data_folder, read_questions
from benchmarks.pipelines import load_embedder, source_of
from bot.answering.reading import read_query
from retrieval.indexing import Indexer
from retrieval.queries import Wanted
from retrieval.searching import Searcher
from retrieval.stores.embedded import EmbeddedStore

_ROUNDS = 5
_POSTS = 5  # that an answer is told
_CHUNKS = 50  # that the bare search asks for, as many as other pipelines do to rank posts


async def _run(arguments: argparse.Namespace) -> None:
    questions = [golden.question for golden in read_questions(arguments.questions)]
    with data_folder(arguments.models) as data:
        embedder = await load_embedder(data)
        store = EmbeddedStore(data / "index")
        indexer = Indexer(store=store, embedder=embedder, clock=lambda: datetime.now(UTC))
        await indexer.reindex([source_of(arguments.posts)])
        index = await store.serving()
        assert index is not None
        searcher = Searcher(store=store, embedder=embedder)
        language = index.info.fingerprint.language
        bare, whole = [], []
        for question in _ROUNDS * questions:
            query = read_query(question)
            if query.context or not query.text or query.wanted is not Wanted.ANSWER:
                continue
            started = time.perf_counter()
            await index.search(await embedder.embed_question(query.text, language), limit=_CHUNKS)
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            await searcher.search(read_query(question), limit=_POSTS)
            whole.append(time.perf_counter() - started)
        await store.close()
    print(f"{index.info.chunks} chunks, {len(whole)} questions\n")
    print("| | ms p50 | ms p95 |\n|---|---|---|")
    for name, seconds in (("bare", bare), ("whole", whole)):
        print(f"| {name} | {_percentile(seconds, 50):.1f} | {_percentile(seconds, 95):.1f} |")
    print(f"| times | {statistics.median(whole) / statistics.median(bare):.2f} | |")


def _percentile(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000


if __name__ == "__main__":
    asyncio.run(_run(arguments_for(__doc__).parse_args()))
