"""The answer without an LLM: the sentences of the posts that answer best, word for word."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.gate import harmless
from bot.answering.types import NumberedPost
from retrieval.documents import Block, BlockKind, Chunk, EmbeddedText
from retrieval.sentences import sentences

_SAYS_SOMETHING = {BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST}
_LIST_MARK = re.compile(r"^\s*(?:[•◦▪‣*-]|\d{1,3}[.)])\s+")
_LONGEST = 450  # characters of a sentence worth quoting
_SHORTEST = 36  # bytes of UTF-8, in which a Chinese character counts for as much as it says
_MOST_QUOTES = 6
_LONGEST_ANSWER = 600  # characters, marks included
_FIRST = 3  # sentences, where there is no time to choose
_EMBEDDED = 24  # sentences; those that share nothing with the question need not be
# What a sentence's score is made of, beside its own cosine of weight 1: how near its whole passage
# is, and how much of the question's rare words it holds. Measured, see benchmarks/README.md.
_PASSAGE_WEIGHT = 0.6
_WORDS_WEIGHT = 0.3
_GOOD_ENOUGH = 0.6  # a further sentence is quoted from this share of the best one's score on
# A quoted answer cannot say that it does not know, as an LLM can, so it has to be surer: by the log
# odds over those that are enough for an LLM, and by the score of the best sentence. Measured, too.
_SCORE_WEIGHT = 3.0
_SURE_SCORE = 1.15


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
                if harmless(text) != text:  # a link or a mention is no text to be shown
                    continue
                found.setdefault(text, Sentence(text, post.number, chunk, cosine))
    return list(found.values())


def rarities(asked: frozenset[int], said: Sequence[frozenset[int]]) -> dict[int, float]:
    """Return for each word that was asked how rare it is in what sentences say (their IDF)."""
    counts = Counter(word for words in said for word in words)
    return {word: math.log1p(len(said) / (counts[word] + 0.5)) for word in asked}


def promising(
    quotable: Sequence[Sentence], said: Sequence[frozenset[int]], rarity: Mapping[int, float]
) -> list[Sentence]:
    """Return the sentences that are worth embedding, in their order; `said` are their words."""
    total = sum(rarity.values()) or 1.0
    worth = [
        _PASSAGE_WEIGHT * sentence.nearness + sum(rarity.get(word, 0.0) for word in words) / total
        for sentence, words in zip(quotable, said, strict=True)
    ]
    best = sorted(range(len(quotable)), key=lambda number: -worth[number])[:_EMBEDDED]
    return [quotable[number] for number in sorted(best)]


@dataclass(frozen=True, slots=True)
class Quotes:
    """The sentences of a quoted answer in their order, and the score of the best of them."""

    sentences: tuple[Sentence, ...]
    score: float


def choose_quotes(
    question: EmbeddedText,
    quotable: Sequence[Sentence],
    embedded: Sequence[EmbeddedText],
    rarity: Mapping[int, float],
    *,
    trust: float = 1.0,
) -> Quotes:
    """Return the few sentences that answer best, those of the best post together.

    `rarity` is that of the question's words, `trust` is how much cosines count, as in the search.
    """
    scores = _scores(question, quotable, embedded, rarity, trust)
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
    in_order = sorted(chosen, key=lambda sentence: order.index(sentence.number))
    return Quotes(tuple(in_order), scored[0][0] if scored else 0.0)


def are_sure(quotes: Quotes, *, answerability: float, answerable_from: float) -> bool:
    """Tell whether quotes are likely enough to answer, without anybody who reads them first."""
    margin = _log_odds(answerability) - _log_odds(answerable_from)
    return margin + _SCORE_WEIGHT * (quotes.score - _SURE_SCORE) >= 0


def first_sentences(posts: Iterable[NumberedPost]) -> list[Sentence]:
    """Return the first sentences of the best passage, for when there is no time to choose."""
    chosen: list[Sentence] = []
    length = 0
    for sentence in sentences_of(posts):
        length += len(quoted_line(sentence)) + 1
        if len(chosen) == _FIRST or length > _LONGEST_ANSWER:
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
    rarity: Mapping[int, float],
    trust: float,
) -> Iterator[float]:
    total = sum(rarity.values()) or 1.0
    for sentence, vectors in zip(quotable, embedded, strict=True):
        shared = sum(rarity.get(word, 0.0) for word in vectors.sparse.indices) / total
        yield (
            trust * float(question.dense @ vectors.dense)
            + _PASSAGE_WEIGHT * sentence.nearness
            + _WORDS_WEIGHT * shared
        )


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


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
