"""The answer without an LLM: the sentences of the posts that answer best, word for word."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answering.types import NumberedPost
from retrieval.documents import Block, BlockKind, Chunk, EmbeddedText
from retrieval.sentences import sentences

_SAYS_SOMETHING = {BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST}
_LIST_MARK = re.compile(r"^\s*(?:[•◦▪‣*-]|\d{1,3}[.)])\s+")
_LONGEST = 320  # characters of a sentence worth quoting
_SHORTEST = 36  # bytes of UTF-8, in which a Chinese character counts for as much as it says
_MOST_QUOTES = 3
_LONGEST_ANSWER = 600  # characters, marks included
# What a sentence's score is made of, beside its own cosine of weight 1: how near its whole passage
# is, and how much of the question's rare words it holds. Measured, see benchmarks/README.md.
_PASSAGE_WEIGHT = 0.6
_WORDS_WEIGHT = 0.3
_GOOD_ENOUGH = 0.8  # a further sentence is quoted from this share of the best one's score on


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in a chunk of a post; `nearness` is the cosine of that chunk."""

    text: str
    number: int
    chunk: Chunk
    nearness: float


def sentences_of(posts: Iterable[NumberedPost]) -> list[Sentence]:
    """Return every sentence of the passages that could be quoted, each text once."""
    found: dict[str, Sentence] = {}
    for post in posts:
        for chunk, cosine in zip(post.passage.chunks, post.passage.cosines, strict=True):
            for text in _sentences(chunk, post.language):
                found.setdefault(text, Sentence(text, post.number, chunk, cosine))
    return list(found.values())


def choose_quotes(
    question: EmbeddedText,
    quotable: Sequence[Sentence],
    embedded: Sequence[EmbeddedText],
    *,
    trust: float = 1.0,
) -> list[Sentence]:
    """Return the two or three sentences that answer best, those of the best post together.

    `trust` is how much cosines count, as in the search.
    """
    scores = _scores(question, quotable, embedded, trust)
    scored = sorted(zip(scores, quotable, strict=True), key=lambda pair: -pair[0])
    chosen: list[Sentence] = []
    length = 0
    for score, sentence in scored:
        enough = len(chosen) == _MOST_QUOTES or score < _GOOD_ENOUGH * scored[0][0]
        if chosen and enough:
            break
        if length + len(quoted_line(sentence)) + 1 <= _LONGEST_ANSWER:
            chosen.append(sentence)
            length += len(quoted_line(sentence)) + 1
    order = list(dict.fromkeys(sentence.number for sentence in chosen))
    return sorted(chosen, key=lambda sentence: order.index(sentence.number))


def first_sentences(posts: Iterable[NumberedPost]) -> list[Sentence]:
    """Return the first sentences of the best passage, for when there is no time to choose."""
    chosen: list[Sentence] = []
    length = 0
    for sentence in sentences_of(posts):
        length += len(quoted_line(sentence)) + 1
        if len(chosen) == _MOST_QUOTES or length > _LONGEST_ANSWER:
            break
        chosen.append(sentence)
    return chosen


def quoted_line(sentence: Sentence) -> str:
    """Return a sentence as a line of a quoted answer, with the mark of its post."""
    return f"> {sentence.text} [{sentence.number}]"


def best_sentence(
    post: NumberedPost, wanted: frozenset[int], words_of: Callable[[str], frozenset[int]]
) -> Sentence:
    """Return the sentence of a post that shares most words with what is wanted.

    A post that holds no whole sentence, only code perhaps, gives the beginning of its best passage.
    """
    quotable = sentences_of([post])
    if not quotable:
        best = post.passage.best
        return Sentence(best.text[:_LONGEST].strip(), post.number, best, 0.0)
    return max(quotable, key=lambda sentence: len(words_of(sentence.text) & wanted))


def _scores(
    question: EmbeddedText,
    quotable: Sequence[Sentence],
    embedded: Sequence[EmbeddedText],
    trust: float,
) -> Iterator[float]:
    rarity = _rarity(question, embedded)
    total = sum(rarity.values()) or 1.0
    for sentence, vectors in zip(quotable, embedded, strict=True):
        shared = sum(rarity.get(word, 0.0) for word in vectors.sparse.indices) / total
        yield (
            trust * float(question.dense @ vectors.dense)
            + _PASSAGE_WEIGHT * sentence.nearness
            + _WORDS_WEIGHT * shared
        )


def _rarity(question: EmbeddedText, embedded: Sequence[EmbeddedText]) -> dict[int, float]:
    """Return for each word of the question how rare it is in the sentences (their IDF)."""
    counts = Counter(word for vectors in embedded for word in vectors.sparse.indices)
    return {
        word: math.log1p(len(embedded) / (counts[word] + 0.5)) for word in question.sparse.indices
    }


def _sentences(chunk: Chunk, language: str) -> Iterator[str]:
    for block in chunk.blocks:
        if block.kind in _SAYS_SOMETHING:
            for text in _parts(block, language):
                if len(text) <= _LONGEST and len(text.encode()) >= _SHORTEST:
                    yield text


def _parts(block: Block, language: str) -> Iterator[str]:
    for line in block.text.split("\n"):
        if block.kind is BlockKind.LIST:
            yield _LIST_MARK.sub("", line).strip()
        else:
            yield from sentences(line, language)
