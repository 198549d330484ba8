"""What askBen counts, in the words of Prometheus. Others hand in what they see, no more.

Metric names stand here and nowhere else; deploy/grafana.json draws them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from bot.answering.types import Answer, Draft, Outcome, Timings
from retrieval.documents import IndexInfo
from retrieval.errors import RetrievalError

_FAILED = "failed"  # the outcome of a question that could not even be searched for
# Dense where it counts: a search takes milliseconds, an answer has five seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10)
_REMEMBERED = 200  # answers
_LAG_INTERVAL = 0.5  # seconds between two looks at the event loop


class Metrics:
    """One registry of metrics, not the process-wide one, so that two can live side by side."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._answers = Counter(
            "askben_answers", "Questions answered, by outcome", ["outcome"], registry=registry
        )
        for outcome in (*Outcome, _FAILED):
            self._answers.labels(str(outcome))  # at 0 from the start, so that a rate can be drawn
        self._llm_failures = Counter(
            "askben_llm_failures", "Answers that the LLM owed and did not give", registry=registry
        )
        self._in_progress = Gauge(
            "askben_questions_in_progress", "Questions being answered now", registry=registry
        )
        self._stages = Histogram(
            "askben_stage_seconds",
            "How long a stage of an answer took: search, first_token (the wait for it), writing",
            ["stage"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._first_token = Histogram(
            "askben_first_token_seconds",
            "From the question to the LLM's first token",
            buckets=_BUCKETS,
            registry=registry,
        )
        self._total = Histogram(
            "askben_answer_seconds",
            "From the question to the whole answer",
            buckets=_BUCKETS,
            registry=registry,
        )
        self._index_posts = Gauge("askben_index_posts", "Posts in the index", registry=registry)
        self._index_chunks = Gauge("askben_index_chunks", "Chunks in the index", registry=registry)
        self._index_age = Gauge(
            "askben_index_age_seconds", "Time since the index was built", registry=registry
        )
        self._connected = Gauge(
            "askben_discord_connected", "Whether Discord's gateway is connected", registry=registry
        )
        self._reconnects = Counter(
            "askben_discord_reconnects", "Connections after the first one", registry=registry
        )
        self._resting = Gauge(
            "askben_llm_resting",
            "Whether the LLM is left alone after failures (the circuit breaker is open)",
            registry=registry,
        )
        self._lag = Histogram(
            "askben_loop_lag_seconds",
            "How late the event loop wakes up",
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=registry,
        )
        self._had_connection = False
        self._took: deque[float] = deque(maxlen=_REMEMBERED)

    def page(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    async def watch_answer(
        self, events: AsyncGenerator[Draft | Answer]
    ) -> AsyncGenerator[Draft | Answer]:
        """Hand the events of one answer on and count how it ends."""
        with self._in_progress.track_inprogress():
            try:
                async with aclosing(events):
                    async for event in events:
                        if isinstance(event, Answer):
                            self._count(event)
                        yield event
            except RetrievalError:
                self._answers.labels(_FAILED).inc()
                raise

    def watch_index(self, info: IndexInfo | None) -> None:
        """Note what is known of the serving index."""
        self._index_posts.set(info.posts if info else 0)
        self._index_chunks.set(info.chunks if info else 0)
        self._index_age.set(time.time() - info.built_at.timestamp() if info else float("nan"))

    def p95(self) -> float | None:
        """Return the time in milliseconds in which 95 of 100 of the last answers were there."""
        took = sorted(self._took)
        return took[round(0.95 * (len(took) - 1))] if took else None

    def watch_llm(self, resting: bool) -> None:
        """Note whether the LLM is left alone."""
        self._resting.set(resting)

    def watch_connection(self, connected: bool) -> None:
        """Note that the gateway is there, or gone."""
        if connected and self._had_connection:
            self._reconnects.inc()
        self._had_connection = self._had_connection or connected
        self._connected.set(connected)

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_INTERVAL
            await asyncio.sleep(_LAG_INTERVAL)
            self._lag.observe(max(0.0, loop.time() - due))

    def _count(self, answer: Answer) -> None:
        self._answers.labels(str(answer.outcome)).inc()
        if answer.trouble:
            self._llm_failures.inc()
        timings = answer.timings
        if timings.first_token_ms is not None:
            self._first_token.observe(timings.first_token_ms / 1000)
        self._total.observe(timings.total_ms / 1000)
        self._took.append(timings.total_ms)
        for stage, milliseconds in _stages(timings):
            self._stages.labels(stage).observe(milliseconds / 1000)


def _stages(timings: Timings) -> list[tuple[str, float]]:
    """Return how long each stage took, in milliseconds; together they are the whole."""
    stages = [("search", timings.retrieve_ms)]
    began_writing = timings.retrieve_ms
    if timings.first_token_ms is not None:
        stages.append(("first_token", timings.first_token_ms - timings.retrieve_ms))
        began_writing = timings.first_token_ms
    return [*stages, ("writing", timings.total_ms - began_writing)]
