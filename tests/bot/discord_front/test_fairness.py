"""Nobody takes the bot from the others: buckets refill, and turns go round."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.discord_front.admission import Admission, Asker, Limits, Place
from bot.discord_front.fairness import Buckets, RoundRobin

ANN, BEN = 1, 2


def test_a_bucket_is_empty_after_a_minutes_worth_and_refills() -> None:
    buckets = Buckets(3)
    for _ in range(3):
        assert buckets.wait(ANN, 0.0) == 0
        buckets.take(ANN, 0.0)
    assert buckets.wait(ANN, 0.0) == 20.0
    assert buckets.wait(ANN, 10.0) == 10.0
    assert buckets.wait(BEN, 0.0) == 0
    assert buckets.wait(ANN, 20.0) == 0


def test_what_was_taken_for_nothing_is_given_back() -> None:
    buckets = Buckets(1)
    buckets.take(ANN, 0.0)
    buckets.give_back(ANN, 0.0)
    assert buckets.wait(ANN, 0.0) == 0


@given(st.lists(st.floats(0, 5), max_size=60))
def test_never_more_than_the_rate_is_let_through(pauses: list[float]) -> None:
    buckets, now, taken = Buckets(6), 0.0, 0
    for pause in pauses:
        now += pause
        if buckets.wait(ANN, now) == 0:
            buckets.take(ANN, now)
            taken += 1
    assert taken <= 6 + now * 6 / 60 + 1e-6


def test_who_asks_a_lot_waits_for_those_who_ask_once() -> None:
    queue: RoundRobin[str] = RoundRobin(10)
    for item in ("a1", "a2", "a3"):
        assert queue.add(ANN, item)
    queue.add(BEN, "b1")
    assert queue.in_order() == ["a1", "b1", "a2", "a3"]
    assert [queue.next() for _ in range(5)] == ["a1", "b1", "a2", "a3", None]


def test_a_full_queue_takes_nothing_more_until_somebody_leaves() -> None:
    queue: RoundRobin[str] = RoundRobin(1)
    assert queue.add(ANN, "a1")
    assert not queue.add(BEN, "b1")
    queue.remove(ANN, "a1")
    assert queue.add(BEN, "b1")


async def test_the_waiting_are_told_their_place_and_come_in_when_there_is_room() -> None:
    admission = Admission(Limits(at_once=1, waiting=5))
    told: list[Place] = []
    order: list[str] = []
    release = asyncio.Event()

    async def ask(person: int, name: str) -> None:
        async with admission.turn(Asker(person, 0)) as places:
            assert places is not None
            told.extend([place async for place in places])
            order.append(name)
            if name == "first":
                await release.wait()

    async with asyncio.TaskGroup() as group:
        for person, name in ((ANN, "first"), (ANN, "a2"), (ANN, "a3"), (BEN, "b1")):
            group.create_task(ask(person, name))
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        release.set()
    assert order == ["first", "a2", "b1", "a3"]
    assert [place.number for place in told] == [1, 2, 2]
    assert all(place.seconds > 0 for place in told)


async def test_who_does_not_wait_any_longer_leaves_the_queue() -> None:
    admission = Admission(Limits(at_once=1, waiting=1))
    async with admission.turn(Asker(ANN, 0)) as running:
        assert running is not None
        async for _ in running:
            pass

        async def wait() -> None:
            async with admission.turn(Asker(BEN, 0)) as places:
                assert places is not None
                async for _ in places:
                    pass

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.01)
        async with admission.turn(Asker(BEN, 0)) as places:
            assert places is None
        waiting.cancel()
        await asyncio.wait({waiting})
        async with admission.turn(Asker(BEN, 0)) as places:
            assert places is not None
