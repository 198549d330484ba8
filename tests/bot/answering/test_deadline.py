"""The stages of an answer share one deadline, and later ones get less the later it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.answering.deadline import Deadline

FIVE = Deadline(started=100.0, seconds=5.0)


def test_the_moments_come_in_the_order_of_the_stages() -> None:
    moments = [
        FIVE.started,
        FIVE.rewrite_until,
        FIVE.rerank_until,
        FIVE.first_token_by,
        FIVE.search_until,
        FIVE.write_until,
        FIVE.end,
    ]
    assert moments == sorted(moments)
    assert FIVE.first_token_by == 102.5
    assert FIVE.write_until == 104.5


def test_in_time_nothing_is_taken_away() -> None:
    assert FIVE.posts(5, now=100.1) == 5
    assert FIVE.tokens(400, now=100.1) == 400


def test_when_it_is_late_there_are_fewer_posts_and_then_fewer_tokens() -> None:
    assert FIVE.posts(5, now=101.6) == 3
    assert FIVE.posts(5, now=102.6) == 2
    assert 100 < FIVE.tokens(400, now=103.0) < 250
    assert FIVE.tokens(400, now=105.0) == 1


@given(st.floats(0.1, 60), st.floats(0, 1), st.floats(0, 1))
def test_later_is_never_more(seconds: float, one: float, other: float) -> None:
    deadline = Deadline(0.0, seconds)
    early, late = sorted([one * seconds, other * seconds])
    assert deadline.posts(5, late) <= deadline.posts(5, early)
    assert deadline.tokens(400, late) <= deadline.tokens(400, early)
    assert deadline.write_until < deadline.end
