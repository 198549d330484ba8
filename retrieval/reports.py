"""The frozen data that a reindex hands out: how far it has come, what it would do, what it did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval.documents import FailedPage, Fingerprint, LeftOutPage
from retrieval.planning import Changes


class Stage(StrEnum):
    """What a reindex is doing."""

    LOADING = "loading"  # the embedding model, which may have to be built or fetched first
    READING = "reading"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex has come. `total` is None where it is not known yet."""

    stage: Stage
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a reindex did. `posts` and `chunks` count the index that now serves."""

    posts: int
    chunks: int
    embedded: int
    kept: int
    dropped: int
    failed: tuple[FailedPage, ...]
    left_out: tuple[LeftOutPage, ...]
    seconds: float
    fingerprint: Fingerprint
    dimension: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reindex would do, and about how long it would take.

    `refused` says why it would not be done unless it is forced.
    """

    changes: Changes
    posts: int
    chunks: int
    embed: int
    kept: int
    drop: int
    failed: tuple[FailedPage, ...]
    left_out: tuple[LeftOutPage, ...]
    seconds: float
    refused: str | None
    changes_nothing: bool
