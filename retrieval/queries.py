"""The frozen data between the steps of a search, from a query to its passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from retrieval.documents import Block, BlockKind, Chunk, join_blocks

_GAP = Block(BlockKind.PARAGRAPH, "[…]")


@dataclass(frozen=True, slots=True)
class DateRange:
    """A span of days, both ends included; an end that is None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found by one of the two searches, with that search's own score."""

    chunk_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """What the store found for a question, best first: by meaning (cosine) and by words (BM25)."""

    dense: tuple[Hit, ...]
    sparse: tuple[Hit, ...]


class Order(StrEnum):
    """In which order posts are wanted, where it is not that of how well they answer."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    SHORTEST = "shortest"
    RANDOM = "random"


class Wanted(StrEnum):
    """What a question wants: what posts say, the posts themselves, or how many there are."""

    ANSWER = "answer"
    LIST = "list"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a post tells of, as in "before he moved to Rust"; it gives a date that way."""

    relation: str  # before, after, since or until
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    `text` is what the posts are about; empty, all posts are meant. `context` is what was said
    before that it leans on. `dates` keeps to posts of that time if it is `strict`, and prefers them
    if not; `busiest` to the day, month or year of most posts; `event` to the time before or after
    the post that tells of it. `order` and `count` are those of "the last three posts on bread".
    """

    text: str
    context: str = ""
    dates: DateRange | None = None
    strict: bool = False
    order: Order | None = None
    count: int | None = None
    wanted: Wanted = Wanted.ANSWER
    busiest: str | None = None
    event: Event | None = None

    @property
    def whole_text(self) -> str:
        """The text behind its context."""
        return f"{self.context} {self.text}".lstrip()


@dataclass(frozen=True, slots=True)
class Passage:
    """What a post says that answers: its best chunks in reading order, each with its cosine.

    `score` lies in 0..1 and ranks the posts.
    """

    chunks: tuple[Chunk, ...]
    cosines: tuple[float, ...]
    best: Chunk
    score: float

    @property
    def text(self) -> str:
        """The words of the chunks; neighbours are joined, and a gap is marked."""
        return join_chunks(self.chunks)


def join_chunks(chunks: Sequence[Chunk]) -> str:
    """Return the words of chunks of a post in reading order, as it says them, gaps marked."""
    blocks = [*chunks[0].blocks]
    for before, chunk in pairwise(chunks):
        if chunk.position != before.position + 1:
            blocks.append(_GAP)
        blocks += chunk.blocks
    return join_blocks(blocks)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages of a search, one a post, best first.

    `answerability` says how likely they answer, where 0 is not at all, and `answerable` whether
    that is enough by the calibration of the index, from `answerable_from` on; its `trust` in
    cosines goes for sentences too. `loosened` means that no post is of the time that was asked
    for, so that the passages are of another one. Where posts or their number are `wanted`, `total`
    is how many there are, beyond the passages too; it is None where the posts come nearest, and
    none is about the topic by its title or tags.
    """

    passages: tuple[Passage, ...]
    answerability: float
    answerable: bool
    trust: float
    language: str
    loosened: bool = False
    wanted: Wanted = Wanted.ANSWER
    total: int | None = None
    answerable_from: float = 0.0
