"""Chooses the sentences of a quoted answer: the steps of `quoting.py`, with an embedder between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.answering.quoting import (
    Quotes,
    Sentence,
    are_sure,
    choose_quotes,
    first_sentences,
    promising,
    rarities,
    sentences_of,
)
from bot.answering.rewriting import standalone
from bot.answering.types import NumberedPost, Question
from retrieval.embedding import Embedder
from retrieval.queries import SearchResult

_POSTS = 3


class Quoter:
    """Quotes posts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def choose(
        self, question: Question, result: SearchResult, posts: Sequence[NumberedPost], until: float
    ) -> tuple[Sentence, ...]:
        """Return the sentences to quote, none where they are not likely enough to answer.

        Where choosing takes longer than `until`, on the loop's clock, they are the first sentences
        of the best passage.
        """
        posts = posts[:_POSTS]
        try:
            async with asyncio.timeout_at(until):
                quotes = await self._quotes(question, result, posts)
        except TimeoutError:
            return tuple(first_sentences(posts))
        sure = are_sure(
            quotes,
            answerability=result.answerability,
            answerable_from=result.answerable_from,
        )
        return quotes.sentences if sure else ()

    async def _quotes(
        self, question: Question, result: SearchResult, posts: Sequence[NumberedPost]
    ) -> Quotes:
        language = result.language
        meant = standalone(question)
        asked = await self._embedder.embed_question(meant.own, language, meant.context)
        quotable = sentences_of(posts)
        said = await self._embedder.words_of_each([one.text for one in quotable], language)
        rarity = rarities(frozenset(asked.sparse.indices), said)
        quotable = promising(quotable, said, rarity)
        # A sentence says what it is about less often than its post's title does.
        texts = [f"{one.chunk.title}: {one.text}" for one in quotable]
        embedded = await self._embedder.embed_texts(texts, language)
        return choose_quotes(asked, quotable, embedded, rarity, trust=result.trust)
