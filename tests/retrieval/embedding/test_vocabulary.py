"""The model's own measure of text: which languages it knows, which words are strange to it."""

from __future__ import annotations

import pytest

from retrieval.embedding import Embedder
from retrieval.foreign_questions import FOREIGN_QUESTIONS


async def trust_in(embedder: Embedder, language: str) -> float:
    return await embedder.trust_in_meaning(FOREIGN_QUESTIONS[language])


async def test_an_english_model_is_trusted_in_english_and_hardly_in_other_languages(
    embedder: Embedder,
) -> None:
    assert await trust_in(embedder, "english") == 1.0
    assert 0.05 < await trust_in(embedder, "german") < 0.6
    assert 0.05 < await trust_in(embedder, "spanish") < 0.6
    assert await trust_in(embedder, "chinese") < 0.05


async def test_texts_without_words_are_no_reason_for_mistrust(embedder: Embedder) -> None:
    assert await embedder.trust_in_meaning(["12 + 30 = 42"]) == 1.0


async def test_tokens_are_counted_without_special_ones(embedder: Embedder) -> None:
    vocabulary = await embedder.vocabulary()
    assert vocabulary.count(["bread", "the bread rises", ""]) == [1, 3, 0]
    assert vocabulary.limit == 256


@pytest.mark.parametrize(("word", "stranger"), [("the", "bread"), ("bread", "crustworthy")])
async def test_rare_words_are_stranger(embedder: Embedder, word: str, stranger: str) -> None:
    vocabulary = await embedder.vocabulary()
    assert vocabulary.strangeness(word) < vocabulary.strangeness(stranger)
