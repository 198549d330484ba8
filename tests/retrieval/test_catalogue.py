"""The catalogue chooses and orders posts by what is known of them without their text."""

from __future__ import annotations

from datetime import date

import pytest

from retrieval.catalogue import Catalogue, make_catalogue
from retrieval.documents import Chunk
from retrieval.queries import DateRange, Order
from retrieval.stores.payload import chunk_to_payload, record_from_payload
from tests.builders import a_chunk

RARE, FREQUENT = 7, 1
POSTS = [
    a_chunk("Long, long words.", post="a.md", published=date(2020, 1, 5)),
    a_chunk("More.", post="a.md", published=date(2020, 1, 5), position=1),
    a_chunk("Short.", post="b.md", published=date(2020, 1, 9)),
    a_chunk("Some words.", post="c.md", published=date(2021, 6, 1)),
    a_chunk("No date here.", post="d.md", published=None),
]


def catalogue_of(*chunks: Chunk) -> Catalogue:
    return make_catalogue(
        record_from_payload(
            chunk.id,
            chunk_to_payload(chunk),
            [FREQUENT, RARE] if chunk.post == "c.md" else [FREQUENT],
        )
        for chunk in chunks
    )


CATALOGUE = catalogue_of(*POSTS)


def names(order: Order | None = None, dates: DateRange | None = None) -> str:
    return "".join(post.post[0] for post in CATALOGUE.select(dates, order))


@pytest.mark.parametrize(
    ("order", "posts"),
    [
        (None, "cbad"),
        (Order.NEWEST, "cbad"),
        (Order.OLDEST, "abcd"),
        (Order.LONGEST, "adcb"),
        (Order.SHORTEST, "bcda"),
    ],
)
def test_orders_leave_posts_without_a_date_for_last(order: Order | None, posts: str) -> None:
    assert names(order) == posts


def test_a_span_keeps_to_its_days_both_included_and_leaves_the_undated_out() -> None:
    assert names(dates=DateRange(date(2020, 1, 5), date(2020, 1, 9))) == "ba"
    assert names(dates=DateRange(first=date(2020, 1, 6))) == "cb"
    assert names(dates=DateRange(last=date(2020, 1, 5))) == "a"


def test_the_busiest_month_is_that_of_most_posts() -> None:
    assert CATALOGUE.busiest("month", None) == DateRange(date(2020, 1, 5), date(2020, 1, 9))
    since_2021 = DateRange(first=date(2021, 1, 1))
    assert CATALOGUE.busiest("month", since_2021) == DateRange(date(2021, 6, 1), date(2021, 6, 1))
    assert CATALOGUE.busiest("month", DateRange(first=date(2030, 1, 1))) is None


def test_a_span_without_posts_has_neighbours() -> None:
    found = CATALOGUE.nearest_in_time(DateRange(date(2021, 1, 1), date(2021, 1, 31)), 2)
    assert [post.post for post in found] == ["c.md", "b.md"]


def test_a_rare_word_says_more_than_a_frequent_one() -> None:
    assert CATALOGUE.rarity(RARE) > CATALOGUE.rarity(FREQUENT) > 0


def test_chunks_stand_in_reading_order_whatever_order_they_were_read_in() -> None:
    assert catalogue_of(*reversed(POSTS)).posts == CATALOGUE.posts
    assert CATALOGUE.posts["a.md"].chunk_ids == (POSTS[0].id, POSTS[1].id)
