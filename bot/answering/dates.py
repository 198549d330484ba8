"""Reads periods as people write them: from "in March 2021" to "two years ago". Pure.

What a question wants with a period, such as the posts before it, is read in
`bot.answering.reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.answering.spans import (
    Span,
    day_span,
    latest_begun,
    month_span,
    part_of,
    shifted,
    unit_span,
)
from bot.answering.time_words import (
    ANY_MONTH,
    BEFORE_A_TIME,
    BEFORE_A_YEAR,
    BEFORE_POSTS,
    DAY,
    FOUR_DIGITS,
    HOLIDAY,
    HOLIDAYS,
    MONTH,
    MONTHS,
    NO_QUANTITY,
    NUMBER,
    ORDINALS,
    PART,
    RANGE,
    SEASON,
    SEASONS,
    TWO_DIGITS,
    YEAR,
    number_of,
)

_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both included, and where the words that name it stand in the text."""

    first: date
    last: date
    start: int
    end: int


def find_periods(text: str, today: date) -> list[Period]:
    """Return the periods that a text names, in the order of its words; none overlaps another.

    A number is a year only where the words around it say so: "in 2021", "2021 posts".
    """
    found: list[Period] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            start, end = match.span("p")
            taken = any(period.start < end and start < period.end for period in found)
            span = None if taken else read(match, today)
            if span is not None:
                found.append(Period(*span, start, end))
    return sorted(found, key=lambda period: period.start)


def _month_number(word: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if re.fullmatch(month, word.lower()))


def _year_number(words: str, today: date) -> int:
    words = words.lower()
    if words.isdigit():
        return int(words)
    if words[0] in "'’":
        year = today.year // 100 * 100 + int(words[1:])
        return year if year <= today.year + 1 else year - 100
    if "ago" in words:
        return today.year - (number_of(words.split("year")[0]) or 1)
    return today.year - ("last" in words)


def _read_day(match: re.Match[str], today: date) -> Span | None:
    month = int(match["m"]) if match["m"].isdigit() else _month_number(match["m"])
    day = int(match["d"])
    if month > _LAST_MONTH:  # 24/12/2021, where 12/24/2021 is as common
        month, day = day, month
    if match["y"]:
        return day_span(int(match["y"]), month, day)
    return latest_begun(lambda year: day_span(year, month, day), today)


def _read_month(match: re.Match[str], today: date) -> Span | None:
    groups = match.groupdict()
    month = int(match["m"]) if match["m"].isdigit() else _month_number(match["m"])
    if groups.get("y"):
        span: Span | None = month_span(_year_number(match["y"], today), month)
    else:
        span = latest_begun(lambda year: month_span(year, month), today)
        if span and (groups.get("which") or "").lower() == "last" and span[1] >= today:
            span = month_span(span[0].year - 1, month)
    return part_of(span, groups.get("part")) if span else None


def _read_quarter(match: re.Match[str], today: date) -> Span | None:
    groups = match.groupdict()
    months = 6 if match["kind"].lower() == "half" else 3
    which = int(groups.get("number") or ORDINALS[match["which"].lower()])
    if which > 12 // months:
        return None
    return month_span(_year_number(match["y"], today), months * (which - 1) + 1, months)


def _read_season(match: re.Match[str], today: date) -> Span | None:
    # A winter belongs to the year in which it begins.
    first_month = SEASONS[match["s"].lower()]
    groups = match.groupdict()
    if groups.get("y"):
        return month_span(_year_number(match["y"], today), first_month, 3)
    span = latest_begun(lambda year: month_span(year, first_month, 3), today)
    which = groups.get("which") or "this"
    if span and which.lower() != "this" and span[1] >= today:
        return month_span(span[0].year - 1, first_month, 3)  # the last one that is over
    return span


def _read_holiday(match: re.Match[str], today: date) -> Span | None:
    month, day, days = HOLIDAYS[match["h"].lower()]

    def around(year: int) -> Span:
        return date(year, month, day), date(year, month, day) + timedelta(days=days)

    year = match.groupdict().get("y")
    return around(_year_number(year, today)) if year else latest_begun(around, today)


def _read_year(match: re.Match[str], today: date) -> Span | None:
    year = _year_number(match["y"], today)
    return part_of(month_span(year, 1, 12), match.groupdict().get("part"))


def _read_decade(match: re.Match[str], _: date) -> Span:
    return part_of(month_span(int(match["y"]), 1, 120), match["part"])


def _read_unit(match: re.Match[str], today: date) -> Span | None:
    which, unit = match["which"].lower(), match["unit"].lower()
    back = 0 if which in {"this", "current"} else 1
    first, last = unit_span(shifted(today, unit, -back), unit)
    return part_of((first, min(last, today)), match.groupdict().get("part"))


def _read_last_units(match: re.Match[str], today: date) -> Span | None:
    count = number_of(match.groupdict().get("n") or "1")
    unit = match["unit"].lower()
    if count and unit.startswith("hour"):
        count, unit = -(-count // 24), "days"
    return (shifted(today, unit, -count), today) if count else None


def _read_units_ago(match: re.Match[str], today: date) -> Span | None:
    count = number_of(match["n"])
    if count is None:
        return None
    unit = match["unit"].lower()
    return unit_span(shifted(today, unit, -count), unit)


def _read_age(match: re.Match[str], today: date) -> Span | None:
    count = number_of(match["n"])
    day = shifted(today, match["unit"].lower(), -count) if count else None
    return (day, day) if day else None


def _read_anniversary(match: re.Match[str], today: date) -> Span | None:
    return unit_span(date(_year_number(match["y"], today), today.month, 1), "month")


def _read_today(match: re.Match[str], today: date) -> Span | None:
    day = today - timedelta(days=match["p"].lower() == "yesterday")
    return day, day


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _time_patterns(name: str) -> list[re.Pattern[str]]:
    """Return patterns for a season or a holiday: the name alone is too often no time."""
    return [
        _pattern(rf"\b(?P<p>{name}\s+(?:of\s+)?{YEAR})"),
        _pattern(rf"\b(?P<p>(?P<which>last|this|past|previous|that)\s+{name})"),
        _pattern(rf"{BEFORE_A_TIME}(?P<p>{name})"),
    ]


_UNIT = "(?P<unit>days?|weeks?|months?|years?)"
_UNIT_OR_HOURS = "(?P<unit>hours|days?|weeks?|months?|years?)"
# Tried in this order, so that the longer words win: "March 2021" before "2021".
_READERS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span | None]]] = [
    (_pattern(r"\b(?P<p>(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2}))\b"), _read_day),
    (_pattern(r"\b(?P<p>(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}))\b"), _read_day),
    (_pattern(r"\b(?P<p>(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}))\b"), _read_day),
    (_pattern(rf"\b(?P<p>{DAY}\s+(?:of\s+)?{MONTH}(?:,?\s+(?P<y>{FOUR_DIGITS}))?)"), _read_day),
    (_pattern(rf"\b(?P<p>{MONTH}\s+(?:the\s+)?{DAY}(?:,?\s+(?P<y>{FOUR_DIGITS}))?)"), _read_day),
    (
        _pattern(rf"\b(?P<p>(?P<y>{FOUR_DIGITS})[-/](?P<m>0[1-9]|1[0-2]))\b(?![-/.\d])"),
        _read_month,
    ),
    (_pattern(rf"\b(?P<p>{PART}{MONTH}(?:\s+of)?,?\s+(?:in\s+)?{YEAR})"), _read_month),
    (_pattern(rf"\b(?P<p>{YEAR},?\s+(?:back\s+)?(?:in\s+)?{PART}{MONTH})"), _read_month),
    (_pattern(rf"\b(?P<p>{YEAR},?\s+(?:in\s+)?this\s+(?:month|time))\b"), _read_anniversary),
    (_pattern(rf"\b(?P<p>this\s+(?:month|time),?\s+(?:of\s+)?{YEAR})"), _read_anniversary),
    (_pattern(rf"\b(?P<p>(?P<kind>q)(?P<number>[1-4])\s+(?:of\s+)?{YEAR})"), _read_quarter),
    (
        _pattern(
            r"\b(?P<p>(?:the\s+)?(?P<which>first|second|third|fourth|1st|2nd|3rd)\s+"
            rf"(?P<kind>quarter|half)\s+of\s+{YEAR})"
        ),
        _read_quarter,
    ),
    *((pattern, _read_season) for pattern in _time_patterns(SEASON)),
    *((pattern, _read_holiday) for pattern in _time_patterns(HOLIDAY)),
    # "Last year" is the one before this, "the last year" and "the past year" end today.
    (
        _pattern(r"\b(?P<p>(?:past|(?<=\bthe )last)\s+(?P<unit>week|month|year))\b"),
        _read_last_units,
    ),
    (_pattern(rf"\b(?P<p>{PART}(?P<y>(?:last|this)\s+year))\b"), _read_year),
    (
        _pattern(
            rf"\b(?P<p>{PART}(?P<which>this|current|last|previous|past)\s+"
            r"(?P<unit>week|month|year))\b"
        ),
        _read_unit,
    ),
    (
        _pattern(rf"\b(?P<p>(?:last|past)\s+(?P<n>{NUMBER})\s+{_UNIT_OR_HOURS})\b"),
        _read_last_units,
    ),
    (_pattern(rf"\b(?:older|newer)\s+than\s+(?P<p>(?P<n>{NUMBER})\s+{_UNIT})\b"), _read_age),
    (_pattern(rf"\b(?P<p>{PART}(?P<y>20[0-4]0)s)\b"), _read_decade),
    (_pattern(rf"\b(?P<p>(?P<n>{NUMBER})\s+{_UNIT}\s+ago)\b"), _read_units_ago),
    (_pattern(r"\b(?P<p>today|yesterday)\b"), _read_today),
    (_pattern(rf"\b(?P<p>(?P<which>last|this)\s+{MONTH})"), _read_month),
    (_pattern(rf"{BEFORE_A_TIME}(?P<p>{PART}{MONTH})(?!\s*\d)"), _read_month),
    (_pattern(rf"\b(?P<p>{MONTH})(?={RANGE}{ANY_MONTH})"), _read_month),
    (_pattern(rf"\b{ANY_MONTH}{RANGE}(?P<p>{MONTH})"), _read_month),
    (_pattern(rf"\b(?P<p>{MONTH}){BEFORE_POSTS}"), _read_month),
    (
        _pattern(
            r"\b(?P<p>(?:the\s+)?(?P<part>early|beginning|start|mid|middle|late|end)"
            rf"(?:\s+of|-)?\s*(?P<y>{FOUR_DIGITS}))"
        ),
        _read_year,
    ),
    (
        _pattern(rf"{BEFORE_A_YEAR}(?P<p>(?P<y>{FOUR_DIGITS}|{TWO_DIGITS})){NO_QUANTITY}"),
        _read_year,
    ),
    (_pattern(rf"\b(?P<p>(?P<y>{FOUR_DIGITS}))(?={RANGE}{FOUR_DIGITS})"), _read_year),
    (_pattern(rf"\b{FOUR_DIGITS}{RANGE}(?P<p>(?P<y>{FOUR_DIGITS}))"), _read_year),
    (_pattern(rf"\b(?P<p>(?P<y>{FOUR_DIGITS})){BEFORE_POSTS}"), _read_year),
    (_pattern(rf"^\W*(?P<p>(?P<y>{FOUR_DIGITS}))\W*$"), _read_year),
]
