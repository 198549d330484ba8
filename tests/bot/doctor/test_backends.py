"""The doctor tries the LLM, the index and Qdrant, and judges what it sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.doctor.backends import check_index, check_llm, check_qdrant, judge_index
from bot.doctor.findings import Finding, Verdict
from retrieval.documents import Calibration, Fingerprint
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import a_chunk, an_embedded_chunk
from tests.fake_llm import MODEL, FakeLLM
from tests.retrieval.stores.test_contract import fill, info

MEASURED = replace(info(7), calibration=Calibration(trust=0.9, answerable_from=0.4))


async def examine_llm(
    url: str | None, *, model: str | None = None, deadline: float = 5.0
) -> Finding:
    """Return the worst finding, or the last one."""
    found = await check_llm(url, model=model, api_key=None, deadline=deadline)
    return next((one for one in found if one.verdict is not Verdict.OK), found[-1])


async def test_a_good_llm_shows_its_model_its_context_and_a_timed_token() -> None:
    async with FakeLLM() as llm:
        model, token = await check_llm(llm.url, model=None, api_key=None, deadline=5.0)
    assert (model.verdict, token.verdict) == (Verdict.OK, Verdict.OK)
    assert model.said == f"{MODEL}, 8192 tokens of context"
    assert token.said.endswith(" ms")


async def test_no_llm_is_a_warning_for_posts_are_quoted() -> None:
    finding = await examine_llm(None)
    assert finding.verdict is Verdict.WARNING
    assert finding.mend
    assert "ASKBEN_LLM_URL" in finding.mend


async def test_an_llm_that_is_not_there_fails(unused_tcp_port: int) -> None:
    finding = await examine_llm(f"http://127.0.0.1:{unused_tcp_port}")
    assert finding.verdict is Verdict.FAILED


async def test_a_key_that_is_missing_is_said() -> None:
    async with FakeLLM(api_key="secret") as llm:
        finding = await examine_llm(llm.url)
    assert finding.verdict is Verdict.FAILED
    assert "ASKBEN_LLM_API_KEY" in finding.said


async def test_a_model_that_is_not_served_names_the_ones_that_are() -> None:
    async with FakeLLM() as llm:
        finding = await examine_llm(llm.url, model="another")
    assert finding.verdict is Verdict.FAILED
    assert MODEL in finding.said


async def test_a_first_token_that_takes_half_the_deadline_is_a_warning() -> None:
    async with FakeLLM() as llm:
        llm.will_say("Yes", before_first=0.2)
        finding = await examine_llm(llm.url, deadline=0.2)
    assert (finding.check, finding.verdict) == ("first token", Verdict.WARNING)


async def test_an_llm_that_lists_models_and_answers_errors_fails() -> None:
    async with FakeLLM() as llm:
        llm.will_say(status=500, body={"detail": "no"})
        finding = await examine_llm(llm.url)
    assert (finding.check, finding.verdict) == ("first token", Verdict.FAILED)


def test_an_index_is_ok_with_its_size_and_what_was_measured() -> None:
    finding = judge_index(MEASURED, MEASURED.fingerprint)
    assert finding.verdict is Verdict.OK
    assert "7 chunks" in finding.said
    assert "trust 0.90, answerable from 0.40" in finding.said


def test_an_index_of_another_model_fails_and_one_not_measured_is_a_warning() -> None:
    assert judge_index(MEASURED, Fingerprint("other", 1, "english")).verdict is Verdict.FAILED
    unmeasured = replace(MEASURED, calibration=None)
    assert judge_index(unmeasured, MEASURED.fingerprint).verdict is Verdict.WARNING


def test_a_model_that_does_not_know_the_blogs_language_is_a_warning() -> None:
    strange = replace(MEASURED, calibration=Calibration(trust=0.1, answerable_from=0.4))
    finding = judge_index(strange, MEASURED.fingerprint)
    assert finding.verdict is Verdict.WARNING
    assert finding.mend
    assert "ASKBEN_EMBEDDING_MODEL" in finding.mend


async def test_an_index_that_the_bot_holds_is_left_alone(tmp_path: Path) -> None:
    running, store = EmbeddedStore(tmp_path), EmbeddedStore(tmp_path)
    await fill(running, an_embedded_chunk(a_chunk()))
    finding = await check_index(store, lambda language: Fingerprint("model", 1, language))
    await running.close()
    assert finding.verdict is Verdict.SKIPPED


async def test_no_index_names_the_command(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    finding = await check_index(store, lambda language: Fingerprint("model", 1, language))
    await store.close()
    assert (finding.verdict, finding.mend) == (Verdict.FAILED, "run askben index")


@asynccontextmanager
async def a_qdrant(version: str, *, key: str | None = None) -> AsyncIterator[str]:
    """Serve what a Qdrant server says of itself, and refuse as it does."""

    async def root(request: web.Request) -> web.Response:
        if key and request.headers.get("api-key") != key:
            return web.Response(
                status=401, text="Must provide an API key or an Authorization bearer"
            )
        title = "qdrant - vector search engine"
        return web.json_response({"title": title, "version": version, "commit": "0" * 40})

    app = web.Application()
    app.router.add_get("/", root)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("1.16.0", Verdict.OK), ("1.20.3", Verdict.OK), ("1.9.9", Verdict.FAILED)],
)
async def test_a_qdrant_that_is_too_old_fails(version: str, verdict: Verdict) -> None:
    async with a_qdrant(version) as url:
        finding = await check_qdrant(url, None)
    assert finding.verdict is verdict
    assert version in finding.said


async def test_a_qdrant_that_refuses_the_key_or_is_gone_names_the_setting(
    unused_tcp_port: int,
) -> None:
    async with a_qdrant("1.16.0", key="secret") as url:
        refused = await check_qdrant(url, "wrong")
        assert (await check_qdrant(url, "secret")).verdict is Verdict.OK
    gone = await check_qdrant(f"http://127.0.0.1:{unused_tcp_port}", None)
    assert refused.mend == "set ASKBEN_QDRANT_API_KEY"
    assert gone.verdict is Verdict.FAILED
    assert gone.mend
    assert "ASKBEN_QDRANT_URL" in gone.mend


async def test_no_qdrant_means_the_embedded_one() -> None:
    assert (await check_qdrant(None, None)).said == "embedded in askBen"
