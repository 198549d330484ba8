"""What a post says in other words is earned, and a lie about its subject is not."""

from __future__ import annotations

from functools import partial

import pytest

from bot.answering.evidence import Evidence
from bot.answering.types import NumberedPost
from retrieval.chunking import chunk
from retrieval.documents import Document
from retrieval.embedding import Embedder
from retrieval.parsing import parse
from retrieval.queries import Passage, SearchResult
from tests.bot.answering.claims import NOT_SAID, SAID, SERVER
from tests.builders import NOW, a_page
from tests.conftest import EXAMPLE_BLOG


async def evidence_in(
    embedder: Embedder, post: str, *, trust: float = 1.0, language: str = "english"
) -> Evidence:
    text = (EXAMPLE_BLOG / post).read_text("utf-8")
    document = parse(a_page(text, post=post), today=NOW.date())
    assert isinstance(document, Document)
    vocabulary = await embedder.vocabulary()
    chunks = tuple(
        chunk(document, page_digest="d", count_tokens=vocabulary.count, limit=vocabulary.limit)
    )
    passage = Passage(chunks, (0.5,) * len(chunks), best=chunks[0], score=0.5)
    result = SearchResult(
        (passage,), answerability=1.0, answerable=True, trust=trust, language=language
    )
    words_of = partial(embedder.words_of, language=language)
    return Evidence("And?", [NumberedPost(1, passage)], words_of, embedder, result)


async def proven(embedder: Embedder, claims: list[tuple[str, str]]) -> list[str]:
    found = []
    for post, claim in claims:
        evidence = await evidence_in(embedder, post)
        await evidence.weigh(f"{claim} [1]")
        if evidence.proves(claim, 1):
            found.append(claim)
    return found


async def test_most_of_what_is_said_in_other_words_is_earned(embedder: Embedder) -> None:
    assert len(await proven(embedder, SAID)) >= 21


async def test_hardly_a_lie_about_the_subject_is_earned(embedder: Embedder) -> None:
    assert len(await proven(embedder, NOT_SAID)) <= 1


async def test_a_sentence_that_was_not_weighed_is_earned_by_its_words_alone(
    embedder: Embedder,
) -> None:
    evidence = await evidence_in(embedder, SERVER)
    assert evidence.proves("Over a year that is 399 kWh or £96.06.", 1)
    assert not evidence.proves("He sold the whole tower in spring.", 1)
    assert not evidence.proves("Over a year that is 399 kWh or £96.06.", 2)


async def test_without_trust_in_the_model_half_of_the_words_have_to_do(embedder: Embedder) -> None:
    evidence = await evidence_in(embedder, SERVER, trust=0.0)
    half = "The card was nearly half of it, and elephants never forget."
    await evidence.weigh(f"{half} [1]")
    assert evidence.proves(half, 1)


@pytest.mark.parametrize(
    ("claim", "earned"),
    [
        ("Im Jahr sind das 399 kWh und £96.06.", True),
        ("Im Jahr sind das 500 kWh, und es kostet £96.06.", False),  # no post says 500
        ("Das ist ein Haus, und es steht auf dem Berg.", False),
    ],
)
async def test_in_another_language_names_and_numbers_have_to_agree(
    claim: str, earned: bool, embedder: Embedder
) -> None:
    evidence = await evidence_in(embedder, SERVER)
    await evidence.weigh(f"{claim} [1]")
    assert evidence.proves(claim, 1) is earned


async def test_a_sentence_that_goes_on_is_weighed_when_it_has_ended(embedder: Embedder) -> None:
    evidence = await evidence_in(embedder, SERVER)
    claim = "The GPU stayed out of its lowest power state as the model server held on to it."
    await evidence.weigh(f"{claim} [1]", finished=False)
    assert not evidence.proves(claim, 1)
    await evidence.weigh(f"{claim} [1] And", finished=False)
    assert evidence.proves(claim, 1)
