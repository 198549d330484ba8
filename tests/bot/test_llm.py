"""The LLM's answer is streamed whole, or an error says in time what is wrong with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.errors import (
    LLMBrokenAnswer,
    LLMError,
    LLMRefused,
    LLMResting,
    LLMTooSlow,
    LLMUnreachable,
)
from bot.llm import LLM, Piece
from tests.fake_llm import MODEL, Ending, FakeLLM, Script

ASKED = [{"role": "user", "content": "Why?"}]


@pytest.fixture
async def server() -> AsyncIterator[FakeLLM]:
    async with FakeLLM() as server:
        yield server


@pytest.fixture
async def llm(server: FakeLLM) -> AsyncIterator[LLM]:
    llm = LLM(server.url, model=None, api_key=None)
    yield llm
    await llm.close()


async def answer_of(llm: LLM, *, end: float = 3.0) -> str:
    now = asyncio.get_running_loop().time()
    return "".join([piece.text async for piece in llm.stream(ASKED, end_by=now + end)])


async def test_an_answer_comes_piece_by_piece_with_the_last_in_the_finish(
    server: FakeLLM, llm: LLM
) -> None:
    server.will_say("Bread", " ", "rises", " [1].")
    assert await answer_of(llm) == "Bread rises [1]."
    (chat,) = server.chats
    assert chat["messages"] == ASKED
    assert (chat["stream"], chat["model"]) == (True, MODEL)


async def test_the_model_is_asked_of_the_server_once(server: FakeLLM, llm: LLM) -> None:
    await answer_of(llm)
    await answer_of(llm)
    assert [chat["model"] for chat in server.chats] == [MODEL, MODEL]


async def test_an_address_without_a_path_means_its_v1(server: FakeLLM) -> None:
    llm = LLM(server.url.removesuffix("/v1"), model=MODEL, api_key=None)
    assert await answer_of(llm) == "Yes [1]."
    await llm.close()


async def test_a_key_is_sent(server: FakeLLM) -> None:
    server.api_key = "key"
    llm = LLM(server.url, model=None, api_key="key")
    assert await answer_of(llm) == "Yes [1]."
    await llm.close()


async def test_a_missing_key_is_named(server: FakeLLM, llm: LLM) -> None:
    server.api_key = "key"
    with pytest.raises(LLMRefused, match=r"401 \(Unauthorized\); set ASKBEN_LLM_API_KEY"):
        await answer_of(llm)


async def test_a_wrong_model_is_named(server: FakeLLM) -> None:
    llm = LLM(server.url, model="other", api_key=None)
    with pytest.raises(LLMRefused, match="`other` does not exist"):
        await answer_of(llm)
    await llm.close()


@pytest.mark.parametrize(
    "script",
    [
        Script(status=503, body={"error": {"message": "The engine is busy", "code": 503}}),
        Script(status=400, body={"error": {"message": "maximum context length", "code": 400}}),
        Script(status=500, body={"detail": "There was an error"}),
        Script(status=502, body="<html>"),
        Script(["Bread"], ending=Ending.ERROR_THEN_DONE),
    ],
    ids=lambda script: f"{script.status} {script.ending.name}",
)
async def test_an_error_before_or_in_the_stream_is_a_refusal(
    script: Script, server: FakeLLM, llm: LLM
) -> None:
    server.script = script
    with pytest.raises(LLMRefused):
        await answer_of(llm)


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        (Ending.WITHOUT_FINISH, LLMBrokenAnswer),
        (Ending.GARBAGE, LLMBrokenAnswer),
        (Ending.CUT, LLMUnreachable),
        (Ending.STALL, LLMTooSlow),
        (Ending.COMMENTS, LLMTooSlow),
        (Ending.ENDLESS, LLMTooSlow),
    ],
)
async def test_an_answer_that_does_not_end_well_is_an_error_in_time(
    ending: Ending, error: type[LLMError], server: FakeLLM, llm: LLM
) -> None:
    server.will_say("Bread", ending=ending)
    started = time.monotonic()
    with pytest.raises(error):
        await answer_of(llm, end=0.6)
    assert time.monotonic() - started < 0.9


async def test_an_empty_answer_is_whole_but_says_nothing(server: FakeLLM, llm: LLM) -> None:
    server.script = Script([])
    assert await answer_of(llm) == ""


async def test_a_slow_first_word_is_not_waited_for(server: FakeLLM, llm: LLM) -> None:
    server.will_say("Bread", before_first=2.0)
    with pytest.raises(LLMTooSlow, match="begin"):
        await answer_of(llm, end=0.2)


async def test_the_server_stops_when_nobody_listens_any_more(server: FakeLLM, llm: LLM) -> None:
    server.will_say("Bread", ending=Ending.ENDLESS)
    now = asyncio.get_running_loop().time()
    async with aclosing(llm.stream(ASKED, end_by=now + 3)) as pieces:
        assert await anext(pieces) == Piece("Bread")
    async with asyncio.timeout(2):
        while server.abandoned == 0:
            await asyncio.sleep(0.01)


async def test_a_server_that_is_not_there_is_unreachable(unused_tcp_port: int) -> None:
    llm = LLM(f"http://127.0.0.1:{unused_tcp_port}", model=MODEL, api_key=None)
    with pytest.raises(LLMUnreachable, match="ASKBEN_LLM_URL"):
        await answer_of(llm)
    await llm.close()


async def test_what_fails_before_the_first_word_is_tried_once_more(
    server: FakeLLM, llm: LLM
) -> None:
    server.script = Script(status=503, body={"error": {"message": "busy"}})
    server.later = [Script(["Bread"])]
    assert await answer_of(llm) == "Bread"
    assert len(server.chats) == 2


async def test_what_fails_after_it_is_not(server: FakeLLM, llm: LLM) -> None:
    server.script = Script(["Bread"], ending=Ending.CUT)
    server.later = [Script(["Salt"])]
    with pytest.raises(LLMUnreachable):
        await answer_of(llm)
    assert len(server.chats) == 1


async def test_what_will_not_be_better_the_next_time_is_not_tried_again(
    server: FakeLLM, llm: LLM
) -> None:
    server.script = Script(status=400, body={"error": {"message": "too long"}})
    with pytest.raises(LLMRefused):
        await answer_of(llm)
    assert len(server.chats) == 1


async def test_an_answer_that_may_have_no_more_tokens_says_that_it_is_cut(
    server: FakeLLM, llm: LLM
) -> None:
    server.script = Script(["Bread"], finish_reason="length")
    now = asyncio.get_running_loop().time()
    pieces = [piece async for piece in llm.stream(ASKED, end_by=now + 3, max_tokens=7)]
    assert pieces == [Piece("Bread", cut=True)]
    assert server.chats[0]["max_tokens"] == 7


async def test_the_context_length_is_the_one_that_the_server_tells(
    server: FakeLLM, llm: LLM
) -> None:
    assert await llm.context_length() == 8192
    server.max_model_len = 2048
    other = LLM(server.url, model=MODEL, api_key=None)
    assert await other.context_length() == 2048
    await other.close()


async def test_after_failures_the_server_is_left_alone_until_it_is_warmed_up(
    server: FakeLLM, llm: LLM
) -> None:
    server.script = Script(status=503, body={"error": {"message": "busy"}})
    for _ in range(3):
        with pytest.raises(LLMRefused):
            await answer_of(llm)
    asked = len(server.chats)
    with pytest.raises(LLMResting, match="again in 5 s"):
        await answer_of(llm)
    assert len(server.chats) == asked
    assert llm.resting() is not None
    server.will_say("Bread")
    await llm.warm_up()
    assert llm.resting() is None
    assert await answer_of(llm) == "Bread"
