"""Asks a hundred times for each fault of an LLM, and prints how late the answer was at worst.

    make faults

The example blog is asked, with an LLM on loopback that has the fault.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from bot.answering.answerer import Answerer
from bot.answering.types import Answer, Question
from bot.llm import LLM
from retrieval.documents import Permalinks
from retrieval.embedding import Embedder
from retrieval.embedding.minilm import MODEL_NAME
from retrieval.indexing import Indexer
from retrieval.searching import Searcher
from retrieval.sources import open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.bot.answering.test_answerer import FAULTS
from tests.fake_llm import FakeLLM, Script

_TRIES = 100
_AT_ONCE = 2
_DEADLINE = 1.5  # seconds
_ASKED = "What does the server under the stairs cost in a year?"
_HEALTHY = Script(["It costs £96.06 ", "a year [1]."])


async def _ask(searcher: Searcher, embedder: Embedder, server: FakeLLM, number: int) -> Answer:
    llm = LLM(server.url, model=None, api_key=None)  # its own, so that no breaker opens
    answerer = Answerer(
        searcher=searcher, embedder=embedder, llm=llm, author="Ben", deadline=_DEADLINE
    )
    question = Question(f"{_ASKED} {number}", datetime.now(UTC))
    try:
        async for event in answerer.answer(question):
            if isinstance(event, Answer):
                return event
    finally:
        await llm.close()
    raise AssertionError("there was no answer")


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        embedder = Embedder(model=MODEL_NAME, folder=None, cache=Path("data") / "models")
        await embedder.load()
        store = EmbeddedStore(Path(folder))
        source = open_source(
            "examples/blog",
            permalinks=Permalinks("https://ben.example", "{slug}/"),
            largest_page=1_000_000,
        )
        indexer = Indexer(store=store, embedder=embedder, clock=lambda: datetime.now(UTC))
        await indexer.reindex([source])
        searcher = Searcher(store=store, embedder=embedder)
        print(f"| fault | answers with links | outcomes | median s | slowest s of {_TRIES} |")
        print("|---|---|---|---|---|")
        for fault, script in {"none": _HEALTHY, **FAULTS}.items():
            async with FakeLLM() as server:
                server.script = script
                answers = []
                for number in range(0, _TRIES, _AT_ONCE):
                    turn = range(number, number + _AT_ONCE)
                    asked = [_ask(searcher, embedder, server, one) for one in turn]
                    answers += await asyncio.gather(*asked)
            took = [answer.timings.total_ms / 1000 for answer in answers]
            linked = sum(bool(answer.sources) for answer in answers)
            outcomes = Counter(str(answer.outcome) for answer in answers)
            said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
            median, slowest = statistics.median(took), max(took)
            print(f"| {fault} | {linked} | {said} | {median:.2f} | {slowest:.2f} |", flush=True)
        await store.close()


if __name__ == "__main__":
    asyncio.run(_measure())
