"""The frozen data between the steps of a search, from a query to its passages."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a post tells of, as in "before he moved to Rust"; it gives a date that way."""

    relation: str  # before, after, since or until
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    `text` is what the posts are about; empty, all posts are meant. `dates` keeps to posts of that
    time if it is `strict`, and prefers them if not. `order` and `count` are those of a question
    such as "the last three posts on bread"; `busiest` keeps to the day, month or year of most
    posts; `event` prefers posts of the time before or after it.
    """

    text: str
    dates: DateRange | None = None
    strict: bool = False
    order: Order | None = None
    count: int | None = None
    busiest: str | None = None
    event: Event | None = None


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
        blocks = [*self.chunks[0].blocks]
        for before, chunk in pairwise(self.chunks):
            if chunk.position != before.position + 1:
                blocks.append(_GAP)
            blocks += chunk.blocks
        return join_blocks(blocks)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages of a search, one a post, best first.

    `answerability` says how likely they answer, where 0 is not at all. `loosened` means that no
    post is of the time that was asked for, so that the passages are of another one. `listed` means
    that posts were asked for rather than something they say.
    """

    passages: tuple[Passage, ...]
    answerability: float
    language: str
    loosened: bool = False
    listed: bool = False
