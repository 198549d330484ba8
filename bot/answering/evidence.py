"""Whether a cited sentence is earned: the post has its words, and a sentence of it its sense.

Words alone take a lie about the subject for proof, and miss what is said in other words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.citations import cited_numbers, parted, without_marks
from bot.answering.gate import WordsOf
from bot.answering.quoting import Sentence, sentences_of
from bot.answering.types import NumberedPost
from retrieval.embedding import Embedder
from retrieval.languages import detect_language
from retrieval.queries import SearchResult

# A sentence is proven where the share of its words that the post holds and its nearness (cosine) to
# a sentence there make so much together. Of 26 true and 20 false claims about posts of the example
# blog (tests/bot/answering/claims.py) that takes 21 and 1 for true, and half of the words 23 and 3.
# As far as the model cannot be trusted, half of the words has to do.
_PROVEN, _BY_WORDS = 0.95, 0.5
# Beyond these shares, no nearness is measured: it would hardly change the verdict, for the cosine
# of a claim with the sentence that proves it lies between 0.3 and 0.8.
_SURE, _LOST = 0.8, 0.2
_LOOKED_AT = 12  # sentences of a post, those that share most words
_NUMBER = re.compile(r"\d+")


class Evidence:
    """What the posts that an answer may cite say, and what was found to be proven by it."""

    def __init__(
        self,
        asked: str,
        posts: Sequence[NumberedPost],
        words_of: WordsOf,
        embedder: Embedder,
        result: SearchResult,
    ) -> None:
        """Read the posts, which takes some 20 ms.

        What the question says is no claim: its words count as held by each post.
        """
        self._embedder = embedder
        self._trust = result.trust
        self._language = result.language
        self._words_of = words_of
        self._words: dict[str, frozenset[int]] = {}
        asked_words = words_of(asked)
        self._held = {post.number: asked_words | words_of(_said(post)) for post in posts}
        self._numbers = {
            post.number: {*_NUMBER.findall(asked), *_NUMBER.findall(_said(post))} for post in posts
        }
        self._languages = {post.number: post.language for post in posts}
        self._sentences: Mapping[int, list[Sentence]] = {post.number: [] for post in posts}
        for sentence in sentences_of(posts):
            self._sentences[sentence.number].append(sentence)
        self._nearness: dict[tuple[str, int], float] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def proves(self, claim: str, number: int) -> bool:
        """Tell whether a post proves a sentence, by what has been weighed of it so far."""
        if number not in self._held:
            return False
        if self._speaks_another_language(claim, number):
            return self._names_and_numbers_agree(claim, number)
        share = self._share(claim, number)
        nearness = self._nearness.get((claim, number))
        if nearness is None:
            return share >= (_SURE if self._trust else _BY_WORDS)
        needed = _BY_WORDS + (_PROVEN - _BY_WORDS) * self._trust
        return share + self._trust * nearness >= needed

    async def weigh(self, text: str, *, finished: bool = True) -> None:
        """Measure how near the cited sentences of a text are to what they cite, each once.

        The last one of a text that is not finished may go on, and waits.
        """
        sentences = parted(text) if finished else parted(text)[:-1]
        for sentence, _ in sentences:
            claim = without_marks(sentence)
            for number in cited_numbers(sentence):
                if (claim, number) not in self._nearness and self._is_open(claim, number):
                    self._nearness[claim, number] = await self._nearest(claim, number)

    def _is_open(self, claim: str, number: int) -> bool:
        return (
            self._trust > 0
            and number in self._held
            and _LOST <= self._share(claim, number) < _SURE
            and not self._speaks_another_language(claim, number)
        )

    async def _nearest(self, claim: str, number: int) -> float:
        claimed = self._words_in(claim)
        said = await asyncio.to_thread(
            lambda: [(one.text, self._words_in(one.text)) for one in self._sentences[number]]
        )
        said.sort(key=lambda one: -len(claimed & one[1]))
        texts = [claim, *(text for text, _ in said[:_LOOKED_AT])]
        new = [text for text in texts if text not in self._vectors]
        embedded = await self._embedder.embed_texts(new, self._language)
        self._vectors |= {text: one.dense for text, one in zip(new, embedded, strict=True)}
        claimed_vector, *found = (self._vectors[text] for text in texts)
        return max((float(claimed_vector @ one) for one in found), default=0.0)

    def _share(self, claim: str, number: int) -> float:
        words = self._words_in(claim)
        return len(words & self._held[number]) / len(words) if words else 0.0

    def _words_in(self, text: str) -> frozenset[int]:
        if text not in self._words:
            self._words[text] = self._words_of(text)
        return self._words[text]

    def _speaks_another_language(self, claim: str, number: int) -> bool:
        return detect_language([claim]) not in {"other", self._languages[number]}

    def _names_and_numbers_agree(self, claim: str, number: int) -> bool:
        """Tell whether what needs no translation stands in the post: one word, and all numbers."""
        held = self._words_in(claim) & self._held[number]
        return bool(held) and self._numbers[number].issuperset(_NUMBER.findall(claim))


def _said(post: NumberedPost) -> str:
    best = post.passage.best
    day = f"{best.published:%d %B %Y}" if best.published else ""
    return " ".join([best.title, day, *(chunk.searched_words for chunk in post.passage.chunks)])
