"""One person has one vote on an answer, and can have all of them forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.journal.votes import Tally, Votes
from tests.builders import NOW

ANN, BOB = 1, 2


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite"


async def test_a_second_vote_of_a_person_replaces_the_first(file: Path) -> None:
    votes = Votes(file)
    await votes.cast(10, ANN, helpful=True, now=NOW)
    assert await votes.cast(10, BOB, helpful=True, now=NOW) == Tally(2, 0)
    assert await votes.cast(10, ANN, helpful=False, now=NOW) == Tally(1, 1)


async def test_votes_outlive_the_process_that_took_them(file: Path) -> None:
    await Votes(file).cast(10, ANN, helpful=True, now=NOW)
    assert await Votes(file).cast(10, BOB, helpful=False, now=NOW) == Tally(1, 1)


async def test_each_answer_has_its_own_votes(file: Path) -> None:
    votes = Votes(file)
    await votes.cast(10, ANN, helpful=True, now=NOW)
    assert await votes.cast(11, ANN, helpful=False, now=NOW) == Tally(0, 1)


async def test_a_person_is_forgotten_without_the_others(file: Path) -> None:
    votes = Votes(file)
    await votes.cast(10, ANN, helpful=True, now=NOW)
    await votes.cast(11, ANN, helpful=True, now=NOW)
    await votes.cast(10, BOB, helpful=True, now=NOW)
    assert await votes.forget(ANN) == 2
    assert await votes.forget(ANN) == 0
    assert await votes.cast(10, ANN, helpful=False, now=NOW) == Tally(1, 1)


async def test_votes_at_the_same_moment_all_count(file: Path) -> None:
    votes = Votes(file)
    await asyncio.gather(*(votes.cast(10, n, helpful=True, now=NOW) for n in range(20)))
    assert await votes.cast(10, 99, helpful=False, now=NOW) == Tally(20, 1)
