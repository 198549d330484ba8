"""The frozen data of a question and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from retrieval.queries import Passage


class Role(StrEnum):
    """Who said a turn of a conversation."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said before the question."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, after what, and when. `history` is oldest first.

    A `quick` one is answered without the LLM. `locale`, such as `es-419`, is that of who asks or
    of where it is asked: the bot's own words are in it, unless the question shows its language.
    """

    text: str
    now: datetime
    history: tuple[Turn, ...] = ()
    quick: bool = False
    locale: str = ""

    @property
    def earlier(self) -> tuple[str, ...]:
        """The questions before this one, oldest first."""
        return tuple(turn.content for turn in self.history if turn.role is Role.USER)


@dataclass(frozen=True, slots=True)
class NumberedPost:
    """A post as an answer may cite it: its number, what was found in it, and in which language."""

    number: int
    passage: Passage
    language: str = "english"


@dataclass(frozen=True, slots=True)
class Source:
    """A post that an answer cites.

    `url` is the post's address and `link` the same with the way to the quoted words added. `quote`
    stands word for word in the `passage`. `cover` is the address of a picture.
    """

    n: int
    title: str
    url: str
    link: str
    date: date | None
    quote: str
    passage: Passage
    cover: str | None = None


class Outcome(StrEnum):
    """Where an answer comes from."""

    ANSWERED = "answered"  # from the LLM
    QUOTED = "quoted"  # word for word from the posts
    REFUSED = "refused"  # there is none; the sources are the nearest posts


@dataclass(frozen=True, slots=True)
class Timings:
    """What took how long, in milliseconds since the question came in."""

    retrieve_ms: float
    first_token_ms: float | None
    total_ms: float


@dataclass(frozen=True, slots=True)
class Draft:
    """All of the answer's text that has arrived so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished answer. `[n]` in the text names a source.

    `trouble` says in one sentence why the LLM did not answer although there is one.
    """

    text: str
    outcome: Outcome
    sources: tuple[Source, ...]
    timings: Timings
    trouble: str | None = None
