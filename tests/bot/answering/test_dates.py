"""Periods are read as people write them, and a number is not a year because it could be one."""

from __future__ import annotations

from datetime import date

import pytest

from bot.answering.dates import find_periods
from bot.answering.time_words import number_of

TODAY = date(2026, 3, 18)  # a Wednesday


def spans(text: str) -> list[tuple[str, str]]:
    return [(str(p.first), str(p.last)) for p in find_periods(text, TODAY)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("posts from March 2021", "2021-03-01", "2021-03-31"),
        ("in mar 2021", "2021-03-01", "2021-03-31"),
        ("in early March 2021", "2021-03-01", "2021-03-11"),
        ("in 2021-03", "2021-03-01", "2021-03-31"),
        ("posts from feb '24", "2024-02-01", "2024-02-29"),
        ("around dec ’98", "1998-12-01", "1998-12-31"),
        ("what did he write on 17 May 2024", "2024-05-17", "2024-05-17"),
        ("what did he write on May 17th, 2024", "2024-05-17", "2024-05-17"),
        ("posted 2024-05-17", "2024-05-17", "2024-05-17"),
        ("what happened in 2021", "2021-01-01", "2021-12-31"),
        ("2021 posts", "2021-01-01", "2021-12-31"),
        ("2021?", "2021-01-01", "2021-12-31"),
        ("late 2021", "2021-09-01", "2021-12-31"),
        ("in April", "2025-04-01", "2025-04-30"),
        ("in March", "2026-03-01", "2026-03-31"),
        ("last March", "2025-03-01", "2025-03-31"),
        ("last summer", "2025-06-01", "2025-08-31"),
        ("in the winter of 2022", "2022-12-01", "2023-02-28"),
        ("around Christmas 2023", "2023-12-18", "2024-01-01"),
        ("in Q2 2024", "2024-04-01", "2024-06-30"),
        ("in the second half of 2024", "2024-07-01", "2024-12-31"),
        ("this week", "2026-03-16", "2026-03-18"),
        ("last week", "2026-03-09", "2026-03-15"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("in the last three months", "2025-12-18", "2026-03-18"),
        ("two years ago", "2024-01-01", "2024-12-31"),
        ("two years ago this month", "2024-03-01", "2024-03-31"),
        ("this time last year", "2025-03-01", "2025-03-31"),
        ("yesterday", "2026-03-17", "2026-03-17"),
        ("in the last 24 hours", "2026-03-17", "2026-03-18"),
        ("in the last 36 hours", "2026-03-16", "2026-03-18"),
        ("over the past year", "2025-03-18", "2026-03-18"),
        ("in the last month", "2026-02-18", "2026-03-18"),
        ("in the 2010s", "2010-01-01", "2019-12-31"),
        ("in the early 2020s", "2020-01-01", "2023-05-02"),
        ("posted 17.5.2024", "2024-05-17", "2024-05-17"),
        ("posted 5/17/2024", "2024-05-17", "2024-05-17"),
        ("posted 17/5/2024", "2024-05-17", "2024-05-17"),
        ("older than 5 years", "2021-03-18", "2021-03-18"),
    ],
)
def test_a_period(text: str, first: str, last: str) -> None:
    assert spans(text) == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "does it run on Python 3.11",
        "how did he get to 2048 tokens",
        "why 2000 requests a second",
        "may I ask about bread",
        "the march of progress",
        "did he fall off the bike",
        "what is a spring in Java",
        "ISO 8601 and RFC 2045",
        "is 1999 his lucky number",
        "what happens in 1984 by Orwell",
        "a talk in 3 hours",
        "how do I peel 20 potatoes",
        "in 2030 MB of memory",
    ],
)
def test_no_period(text: str) -> None:
    assert spans(text) == []


def test_several_periods_come_in_the_order_of_their_words() -> None:
    assert spans("between March 2021 and June 2022") == [
        ("2021-03-01", "2021-03-31"),
        ("2022-06-01", "2022-06-30"),
    ]


@pytest.mark.parametrize(
    ("words", "number"), [("three", 3), ("12", 12), ("a couple of", 2), ("few", 3), ("bread", None)]
)
def test_numbers_in_words(words: str, number: int | None) -> None:
    assert number_of(words) == number
