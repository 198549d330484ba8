"""The metrics: what is counted is what happened, in the format that Prometheus reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.answering.types import Answer, Draft, Outcome, Timings
from bot.metrics import Metrics
from retrieval.errors import NoIndex
from tests.builders import NOW, an_answer
from tests.retrieval.stores.test_contract import info


def read(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return the samples as a scrape reads them, by name and label values."""
    families = text_string_to_metric_families(metrics.page().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def events(*them: Draft | Answer | Exception) -> AsyncGenerator[Draft | Answer]:
    for event in them:
        if isinstance(event, Exception):
            raise event
        yield event


async def watched(metrics: Metrics, *them: Draft | Answer | Exception) -> list[Draft | Answer]:
    return [event async for event in metrics.watch_answer(events(*them))]


async def test_an_answer_is_counted_by_its_outcome_and_handed_on() -> None:
    metrics = Metrics()
    answer = an_answer(outcome=Outcome.QUOTED)
    assert await watched(metrics, Draft("Knead"), answer) == [Draft("Knead"), answer]
    read_ = read(metrics)
    assert read_["askben_answers_total", "quoted"] == 1
    assert read_["askben_answers_total", "answered"] == 0
    assert read_["askben_llm_failures_total",] == 0


async def test_an_answer_that_the_llm_owed_is_counted_as_its_failure() -> None:
    metrics = Metrics()
    await watched(metrics, replace(an_answer(outcome=Outcome.QUOTED), trouble="It is too slow"))
    assert read(metrics)["askben_llm_failures_total",] == 1


async def test_the_stages_of_an_answer_add_up_to_its_whole() -> None:
    metrics = Metrics()
    await watched(metrics, replace(an_answer(), timings=Timings(10.0, 300.0, 1500.0)))
    read_ = read(metrics)
    stages = {stage: read_["askben_stage_seconds_sum", stage] for stage in ("search", "writing")}
    assert stages == {"search": 0.01, "writing": pytest.approx(1.2)}
    assert read_["askben_stage_seconds_sum", "first_token"] == pytest.approx(0.29)
    assert read_["askben_first_token_seconds_sum",] == pytest.approx(0.3)
    assert read_["askben_answer_seconds_sum",] == pytest.approx(1.5)


async def test_an_answer_without_an_llm_has_no_first_token() -> None:
    metrics = Metrics()
    await watched(metrics, replace(an_answer(), timings=Timings(10.0, None, 40.0)))
    read_ = read(metrics)
    assert read_["askben_first_token_seconds_count",] == 0
    assert read_["askben_stage_seconds_sum", "writing"] == pytest.approx(0.03)


async def test_a_question_that_cannot_be_searched_for_has_failed() -> None:
    metrics = Metrics()
    with pytest.raises(NoIndex):
        await watched(metrics, NoIndex("Nothing yet"))
    assert read(metrics)["askben_answers_total", "failed"] == 1


async def test_a_question_counts_as_in_progress_until_its_stream_is_closed() -> None:
    metrics = Metrics()
    stream = metrics.watch_answer(events(Draft("Knead"), an_answer()))
    await anext(stream)
    assert read(metrics)["askben_questions_in_progress",] == 1
    await stream.aclose()
    assert read(metrics)["askben_questions_in_progress",] == 0


def test_the_index_has_a_size_and_an_age() -> None:
    metrics = Metrics()
    built_at = NOW + timedelta(seconds=time.time() - NOW.timestamp() - 60)
    metrics.watch_index(replace(info(7), built_at=built_at))
    read_ = read(metrics)
    assert read_["askben_index_chunks",] == 7
    assert 60 <= read_["askben_index_age_seconds",] < 90


def test_only_connections_after_the_first_are_reconnects() -> None:
    metrics = Metrics()
    for connected in (False, True, False, True, False):
        metrics.watch_connection(connected)
    read_ = read(metrics)
    assert read_["askben_discord_reconnects_total",] == 1
    assert read_["askben_discord_connected",] == 0


async def test_a_blocked_event_loop_is_seen() -> None:
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_loop())
    await asyncio.sleep(0)
    time.sleep(0.8)  # noqa: ASYNC251 - this is what must not happen, and is measured
    await asyncio.sleep(0.01)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert read(metrics)["askben_loop_lag_seconds_sum",] > 0.2
