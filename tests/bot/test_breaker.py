"""What fails again and again is left alone, longer each time, and taken up when it works."""

from __future__ import annotations

from bot.breaker import Breaker


def failed(times: int, *, now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        assert breaker.begin(now)
        breaker.failed(now)
    return breaker


def test_a_failure_or_two_change_nothing() -> None:
    assert failed(2).rests(0.0) is None


def test_after_three_it_is_left_alone_for_a_while() -> None:
    breaker = failed(3)
    assert breaker.rests(1.0) == 4.0
    assert not breaker.begin(1.0)
    assert breaker.rests(5.0) is None


def test_a_success_between_them_counts_them_anew() -> None:
    breaker = failed(2)
    assert breaker.begin(0.0)
    breaker.succeeded()
    assert breaker.begin(0.0)
    breaker.failed(0.0)
    assert breaker.rests(0.0) is None


def test_then_one_probe_is_let_through_and_closes_it() -> None:
    breaker = failed(3)
    assert breaker.begin(6.0)
    assert not breaker.begin(6.0)
    breaker.succeeded()
    assert breaker.begin(6.0)


def test_a_probe_that_fails_doubles_the_rest_up_to_a_limit() -> None:
    breaker, now, rests = failed(3), 0.0, []
    for _ in range(8):
        now += breaker.rests(now) or 0.0
        assert breaker.begin(now)
        breaker.failed(now)
        rests.append(breaker.rests(now))
    assert rests == [10.0, 20.0, 40.0, 80.0, 120.0, 120.0, 120.0, 120.0]


def test_a_probe_that_nobody_waits_for_any_more_makes_room_for_another() -> None:
    breaker = failed(3)
    assert breaker.begin(6.0)
    breaker.abandoned()
    assert breaker.begin(6.0)
