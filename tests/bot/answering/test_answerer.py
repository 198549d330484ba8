"""A question is answered by the LLM with checked citations, or in the words of the posts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.answerer import Answerer
from bot.answering.types import Answer, Draft, Outcome, Question, Role, Turn
from bot.llm import LLM
from bot.texts import ENGLISH
from retrieval.embedding import Embedder
from retrieval.errors import NoIndex, StoreError
from retrieval.searching import Searcher
from retrieval.stores.embedded import EmbeddedStore
from tests.bot.answering.attacks import ATTACKS
from tests.bot.answering.test_gate import leaks
from tests.builders import a_question
from tests.conftest import EXAMPLE_BLOG, EXAMPLE_SITE
from tests.fake_llm import Ending, FakeLLM, Script

POWER = a_question("What does the server under the stairs cost in a year?")
MOON = a_question("Which rocket engine has the highest specific impulse?")


@pytest.fixture
async def store(example_data: Path) -> AsyncIterator[EmbeddedStore]:
    store = EmbeddedStore(example_data / "index")
    yield store
    await store.close()


@pytest.fixture
async def server() -> AsyncIterator[FakeLLM]:
    async with FakeLLM() as server:
        yield server


def make_answerer(
    store: EmbeddedStore,
    embedder: Embedder,
    llm: LLM | None = None,
    *,
    deadline: float = 5.0,
    rewrite: bool = False,
) -> Answerer:
    return Answerer(
        searcher=Searcher(store=store, embedder=embedder),
        embedder=embedder,
        llm=llm,
        author="Ben Alder",
        deadline=deadline,
        rewrite=rewrite,
    )


@asynccontextmanager
async def answerer_with(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder, *, deadline: float = 5.0
) -> AsyncIterator[Answerer]:
    llm = LLM(server.url, model=None, api_key=None)
    yield make_answerer(store, embedder, llm, deadline=deadline)
    await llm.close()


async def ask(answerer: Answerer, question: Question) -> tuple[Answer, list[str]]:
    drafts = []
    async for event in answerer.answer(question):
        if isinstance(event, Draft):
            drafts.append(event.text)
        else:
            return event, drafts
    raise AssertionError("there was no answer")


async def test_without_an_llm_the_posts_are_quoted_word_for_word(
    store: EmbeddedStore, embedder: Embedder
) -> None:
    answer, drafts = await ask(make_answerer(store, embedder), POWER)
    assert answer.outcome is Outcome.QUOTED
    assert "£96.06" in answer.text
    assert drafts == []
    assert answer.trouble is None
    post = (EXAMPLE_BLOG / "posts" / "home-server-power-bill.md").read_text()
    for line in answer.text.splitlines():
        sentence, _, mark = line.removeprefix("> ").rpartition(" ")
        source = next(s for s in answer.sources if f"[{s.n}]" == mark)
        assert source.url == "https://ben.example/posts/home-server-power-bill/"
        assert " ".join(sentence.split()) in " ".join(post.replace("**", "").split())


async def test_every_source_has_a_link_to_its_words(
    store: EmbeddedStore, embedder: Embedder
) -> None:
    answer, _ = await ask(make_answerer(store, embedder), POWER)
    for source in answer.sources:
        assert source.link.startswith(f"{source.url}#:~:text=")
        assert source.quote in source.passage.text
        assert source.date is not None


async def test_what_the_blog_does_not_say_is_refused_with_the_nearest_posts(
    store: EmbeddedStore, embedder: Embedder
) -> None:
    answer, _ = await ask(make_answerer(store, embedder), MOON)
    assert answer.outcome is Outcome.REFUSED
    assert "Ben Alder" in answer.text
    assert 1 <= len(answer.sources) <= 3


async def test_a_follow_up_is_understood_from_what_was_asked_before(
    store: EmbeddedStore, embedder: Embedder
) -> None:
    history = (Turn(Role.USER, POWER.text), Turn(Role.ASSISTANT, "£96.06 [1]."))
    question = replace(a_question("And what did he think it was before?"), history=history)
    answer, _ = await ask(make_answerer(store, embedder), question)
    assert any("home-server-power-bill" in source.url for source in answer.sources)


async def test_the_llms_answer_is_shown_as_it_grows_and_its_marks_name_posts(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    server.will_say("It costs", " £96.06 a year", " [1", "]", ".")
    async with answerer_with(server, store, embedder) as answerer:
        answer, drafts = await ask(answerer, POWER)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == "It costs £96.06 a year [1]."
    assert drafts == [
        "It costs",
        "It costs £96.06 a year",
        "It costs £96.06 a year",
        "It costs £96.06 a year [1]",
        "It costs £96.06 a year [1].",
    ]
    (source,) = answer.sources
    assert source.title == "A server under the stairs, and what it eats"
    assert "£96.06" in source.quote
    assert answer.timings.first_token_ms is not None
    assert answer.timings.retrieve_ms <= answer.timings.first_token_ms <= answer.timings.total_ms


async def test_the_llm_is_given_the_passages_that_answer(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    async with answerer_with(server, store, embedder) as answerer:
        await ask(answerer, POWER)
    (chat,) = server.chats
    assert "£96.06" in chat["messages"][-1]["content"]
    assert POWER.text in chat["messages"][-1]["content"]


async def test_a_sentence_that_cites_what_was_not_given_is_dropped(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    server.will_say("It costs £96.06 [1]. It is blue [42].")
    async with answerer_with(server, store, embedder) as answerer:
        answer, _ = await ask(answerer, POWER)
    assert answer.text == "It costs £96.06 [1]."


async def test_an_answer_that_cites_nothing_is_replaced_by_quotes(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    server.will_say("I just know it.")
    async with answerer_with(server, store, embedder) as answerer:
        answer, _ = await ask(answerer, POWER)
    assert answer.outcome is Outcome.QUOTED
    assert answer.trouble == "The LLM answered without citing a post"


async def test_an_llm_that_finds_nothing_in_the_passages_refuses_unseen(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    server.will_say("NOT", " IN", " THE BLOG")
    async with answerer_with(server, store, embedder) as answerer:
        answer, drafts = await ask(answerer, POWER)
    assert answer.outcome is Outcome.REFUSED
    assert drafts == []


async def test_the_llm_is_not_asked_what_no_passage_is_near_to(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    async with answerer_with(server, store, embedder) as answerer:
        answer, _ = await ask(answerer, MOON)
    assert answer.outcome is Outcome.REFUSED
    assert server.chats == []


FAULTS = {
    "401": Script(status=401, body={"error": "Unauthorized"}),
    "404": Script(status=404, body={"error": {"message": "The model `x` does not exist."}}),
    "400 too long": Script(status=400, body={"error": {"message": "maximum context length"}}),
    "503": Script(status=503, body={"error": {"message": "busy"}}),
    "slow first token": Script(["It costs"], before_first=10.0),
    "slow tokens": Script(["It"] * 99, between=0.2),
    "empty": Script([]),
    **{str(e): Script(["It costs"], ending=e) for e in Ending if e is not Ending.WHOLE},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_is_wrong_with_the_llm_there_is_an_answer_with_links_in_time(
    fault: str, server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    await embedder.load()
    server.script = FAULTS[fault]
    started = time.monotonic()
    async with answerer_with(server, store, embedder, deadline=1.5) as answerer:
        answer, _ = await ask(answerer, POWER)
    # The promise is half a second less, which benchmarks.faults holds it to on a free machine.
    assert time.monotonic() - started < 2.5, answer
    assert answer.outcome is Outcome.QUOTED, answer
    # Which sentences depends on the time that a busy machine leaves to choose them.
    assert "home-server-power-bill" in answer.sources[0].link
    assert answer.trouble is not None


async def test_an_llm_that_is_not_there_costs_no_time(
    store: EmbeddedStore, embedder: Embedder, unused_tcp_port: int
) -> None:
    llm = LLM(f"http://127.0.0.1:{unused_tcp_port}", model=None, api_key=None)
    answerer = make_answerer(store, embedder, llm)
    for trouble in ("cannot be reached", "cannot be reached", "cannot be reached", "again in"):
        answer, _ = await ask(answerer, POWER)
        assert answer.outcome is Outcome.QUOTED
        assert trouble in str(answer.trouble)
        assert answer.timings.total_ms < 1000
    await llm.close()


async def test_while_the_llm_says_nothing_the_posts_are_quoted_and_then_it_takes_over(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    await embedder.load()
    server.will_say("It costs £96.06 a year", " [1].", before_first=1.1)
    async with answerer_with(server, store, embedder, deadline=2.0) as answerer:
        answer, drafts = await ask(answerer, POWER)
    assert len(drafts) == 1
    assert drafts[0].startswith("> ")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == "It costs £96.06 a year [1]."


async def test_an_answer_that_is_not_whole_in_time_ends_with_its_last_sentence(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    await embedder.load()
    server.will_say("It costs £96.06 a year [1].", " And then", ending=Ending.STALL)
    async with answerer_with(server, store, embedder, deadline=1.0) as answerer:
        answer, _ = await ask(answerer, POWER)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == f"It costs £96.06 a year [1]. {ENGLISH.shortened}"
    assert "did not end its answer in time" in str(answer.trouble)


async def test_the_same_question_is_answered_at_once_the_second_time(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    server.will_say("It costs £96.06 a year [1].")
    async with answerer_with(server, store, embedder) as answerer:
        first, _ = await ask(answerer, POWER)
        again, drafts = await ask(answerer, POWER)
    assert (again.text, again.sources) == (first.text, first.sources)
    assert drafts == []
    assert len(server.chats) == 1


async def test_a_search_that_hangs_is_given_up_in_time(embedder: Embedder) -> None:
    class Hanging:
        async def serving(self) -> None:
            await asyncio.sleep(60)

    searcher = Searcher(store=Hanging(), embedder=embedder)
    answerer = Answerer(
        searcher=searcher, embedder=embedder, llm=None, author="Ben Alder", deadline=0.3
    )
    with pytest.raises(StoreError, match="in time"):
        await ask(answerer, POWER)


async def test_no_attack_leaves_in_a_draft_or_an_answer(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    async with answerer_with(server, store, embedder) as answerer:
        for number in range(0, len(ATTACKS), 8):
            attacks = ATTACKS[number : number + 8]
            server.will_say("It costs £96.06 a year [1].\n", *(f"{one}\n" for one in attacks))
            question = replace(POWER, text=f"{POWER.text} {number}")
            answer, drafts = await ask(answerer, question)
            assert answer.outcome in {Outcome.ANSWERED, Outcome.QUOTED}
            for text in [*drafts, answer.text]:
                assert not leaks(text), (attacks, text)
            for source in answer.sources:
                assert source.url.startswith(EXAMPLE_SITE)


async def test_without_an_index_there_is_an_error_and_no_answer(
    embedder: Embedder, tmp_path: Path
) -> None:
    empty = EmbeddedStore(tmp_path / "index")
    with pytest.raises(NoIndex):
        await ask(make_answerer(empty, embedder), POWER)
    await empty.close()


async def test_a_follow_up_is_searched_for_as_the_llm_rewrote_it(
    server: FakeLLM, store: EmbeddedStore, embedder: Embedder
) -> None:
    history = (Turn(Role.USER, "Which posts are about birds?"), Turn(Role.ASSISTANT, "Two [1]."))
    question = replace(a_question("¿Y la otra cosa?"), history=history)
    server.will_say("What does the server under the stairs cost in a year, unlike the birds?")
    server.later = [Script(["It costs £96.06 over a year [1]."])]
    llm = LLM(server.url, model=None, api_key=None)
    answer, _ = await ask(make_answerer(store, embedder, llm, rewrite=True), question)
    await llm.close()
    assert answer.outcome is Outcome.ANSWERED
    assert answer.sources[0].url == "https://ben.example/posts/home-server-power-bill/"
    written = server.chats[-1]["messages"]
    assert [message["content"] for message in written[1:-1]] == [turn.content for turn in history]
    assert written[-1]["content"].endswith("Question: ¿Y la otra cosa?")
