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

_MONTHS = (
    *("jan(?:uary)?", "feb(?:r?u?ary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?"),
    *("aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # first months
# The day on which the time around a holiday begins, and how many days it has.
_HOLIDAYS = {
    "christmas": (12, 18, 14),
    "xmas": (12, 18, 14),
    "new year": (12, 28, 10),
    "halloween": (10, 24, 14),
    "easter": (3, 20, 40),
}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
} | {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 4}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4}

_ANY_MONTH = "(?:" + "|".join(_MONTHS) + r")\b"
_M = f"(?P<m>{_ANY_MONTH})\\.?"
_D = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_NUMBER = r"(?:a\s+couple(?:\s+of)?|a\s+few|couple(?:\s+of)?|\d{1,3}|" + "|".join(_NUMBERS) + ")"
_FOUR_DIGITS = r"(?:19[89]|20[0-4])\d\b"
_TWO_DIGITS = r"['’]\d{2}\b"
_Y = rf"(?P<y>{_FOUR_DIGITS}|{_TWO_DIGITS}|(?:of\s+)?(?:last|this)\s+year|{_NUMBER}\s+years?\s+ago)"
_PART = r"(?:(?:the\s+)?(?P<part>early|beginning|start|mid|middle|late|end)(?:\s+(?:of|in)|-)?\s*)?"
_SEASON = "(?P<s>" + "|".join(_SEASONS) + r")\b"
_HOLIDAY = "(?P<h>" + "|".join(_HOLIDAYS) + r")(?:'?s)?(?:\s+(?:eve|day))?\b"
# The words that make a year of a number; a post "about 2008" need not be of that year.
_BEFORE_A_YEAR = (
    r"\b(?:in|during|from|since|until|till|before|after|of|by|through|around|throughout|year|up\s+to"
    r"|than)\s+(?:the\s+)?(?:year\s+)?"
)
# Those that make a time of what is often something else: "may", "spring", "easter".
_BEFORE_A_TIME = (
    r"\b(?:in|during|over|since|until|till|before|after|from|between|around|of|by|throughout)"
    r"\s+(?:the\s+)?(?:month\s+of\s+)?"
)
_RANGE = r"\s*(?:[-–—]|\b(?:and|to|until|till?|through|thru)\b)\s*"
_POSTS = r"(?=\s+(?:blog\s+)?(?:posts?|articles?|entries|blog)\b)"
# What makes a number such as 2048 a quantity and no year.
_NO_QUANTITY = (
    r"(?!\s*(?:%|\$|€|x\b|k\b|ms\b|px\b|tokens?|words?|requests?|dollars?|bucks|usd|eur|euros?"
    r"|users?|people|lines?|bytes?|[kmgt]b\b|pixels?|hz|rpm|items?|files?|rows?|points?|samples?"
    r"|steps?|char|bits?\b|servers?|commits?|stars?|chunks?|calories|km\b|miles?|watts?|percent"
    r"|times|hours?|minutes?|seconds?|days?|posts?\s+(?:a|per)\b))"
)


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


def number_of(words: str) -> int | None:
    """Return the number that words or digits stand for."""
    word = re.sub(r"^a\s+|\s+of$", "", words.strip().lower())
    return int(word) if word.isdigit() else _NUMBERS.get(word)


def _month_number(word: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if re.fullmatch(month, word.lower()))


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
    if match["y"]:
        return day_span(int(match["y"]), month, int(match["d"]))
    return latest_begun(lambda year: day_span(year, month, int(match["d"])), today)


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
    which = int(groups.get("number") or _ORDINALS[match["which"].lower()])
    if which > 12 // months:
        return None
    return month_span(_year_number(match["y"], today), months * (which - 1) + 1, months)


def _read_season(match: re.Match[str], today: date) -> Span | None:
    # A winter belongs to the year in which it begins.
    first_month = _SEASONS[match["s"].lower()]
    groups = match.groupdict()
    if groups.get("y"):
        return month_span(_year_number(match["y"], today), first_month, 3)
    span = latest_begun(lambda year: month_span(year, first_month, 3), today)
    which = groups.get("which") or "this"
    if span and which.lower() != "this" and span[1] >= today:
        return month_span(span[0].year - 1, first_month, 3)  # the last one that is over
    return span


def _read_holiday(match: re.Match[str], today: date) -> Span | None:
    month, day, days = _HOLIDAYS[match["h"].lower()]

    def around(year: int) -> Span:
        return date(year, month, day), date(year, month, day) + timedelta(days=days)

    year = match.groupdict().get("y")
    return around(_year_number(year, today)) if year else latest_begun(around, today)


def _read_year(match: re.Match[str], today: date) -> Span | None:
    year = _year_number(match["y"], today)
    return part_of(month_span(year, 1, 12), match.groupdict().get("part"))


def _read_unit(match: re.Match[str], today: date) -> Span | None:
    which, unit = match["which"].lower(), match["unit"].lower()
    back = 0 if which in {"this", "current"} else 1
    first, last = unit_span(shifted(today, unit, -back), unit)
    return part_of((first, min(last, today)), match.groupdict().get("part"))


def _read_last_units(match: re.Match[str], today: date) -> Span | None:
    count = number_of(match["n"]) if match["n"] else 1
    return (shifted(today, match["unit"].lower(), -count), today) if count else None


def _read_units_ago(match: re.Match[str], today: date) -> Span | None:
    count = number_of(match["n"])
    if count is None:
        return None
    unit = match["unit"].lower()
    return unit_span(shifted(today, unit, -count), unit)


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
        _pattern(rf"\b(?P<p>{name}\s+(?:of\s+)?{_Y})"),
        _pattern(rf"\b(?P<p>(?P<which>last|this|past|previous|that)\s+{name})"),
        _pattern(rf"{_BEFORE_A_TIME}(?P<p>{name})"),
    ]


_UNIT = "(?P<unit>days?|weeks?|months?|years?)"
# Tried in this order, so that the longer words win: "March 2021" before "2021".
_READERS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span | None]]] = [
    (_pattern(r"\b(?P<p>(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2}))\b"), _read_day),
    (_pattern(rf"\b(?P<p>{_D}\s+(?:of\s+)?{_M}(?:,?\s+(?P<y>{_FOUR_DIGITS}))?)"), _read_day),
    (_pattern(rf"\b(?P<p>{_M}\s+(?:the\s+)?{_D}(?:,?\s+(?P<y>{_FOUR_DIGITS}))?)"), _read_day),
    (
        _pattern(rf"\b(?P<p>(?P<y>{_FOUR_DIGITS})[-/](?P<m>0[1-9]|1[0-2]))\b(?![-/.\d])"),
        _read_month,
    ),
    (_pattern(rf"\b(?P<p>{_PART}{_M}(?:\s+of)?,?\s+(?:in\s+)?{_Y})"), _read_month),
    (_pattern(rf"\b(?P<p>{_Y},?\s+(?:back\s+)?(?:in\s+)?{_PART}{_M})"), _read_month),
    (_pattern(rf"\b(?P<p>{_Y},?\s+(?:in\s+)?this\s+(?:month|time))\b"), _read_anniversary),
    (_pattern(rf"\b(?P<p>this\s+(?:month|time),?\s+(?:of\s+)?{_Y})"), _read_anniversary),
    (_pattern(rf"\b(?P<p>(?P<kind>q)(?P<number>[1-4])\s+(?:of\s+)?{_Y})"), _read_quarter),
    (
        _pattern(
            r"\b(?P<p>(?:the\s+)?(?P<which>first|second|third|fourth|1st|2nd|3rd)\s+"
            rf"(?P<kind>quarter|half)\s+of\s+{_Y})"
        ),
        _read_quarter,
    ),
    *((pattern, _read_season) for pattern in _time_patterns(_SEASON)),
    *((pattern, _read_holiday) for pattern in _time_patterns(_HOLIDAY)),
    (_pattern(rf"\b(?P<p>{_PART}(?P<y>(?:last|this)\s+year))\b"), _read_year),
    (
        _pattern(
            rf"\b(?P<p>{_PART}(?P<which>this|current|last|previous|past)\s+"
            r"(?P<unit>week|month|year))\b"
        ),
        _read_unit,
    ),
    (_pattern(rf"\b(?P<p>(?:last|past)\s+(?P<n>{_NUMBER})\s+{_UNIT})\b"), _read_last_units),
    (_pattern(rf"\b(?P<p>(?P<n>{_NUMBER})\s+{_UNIT}\s+ago)\b"), _read_units_ago),
    (_pattern(r"\b(?P<p>today|yesterday)\b"), _read_today),
    (_pattern(rf"\b(?P<p>(?P<which>last|this)\s+{_M})"), _read_month),
    (_pattern(rf"{_BEFORE_A_TIME}(?P<p>{_PART}{_M})(?!\s*\d)"), _read_month),
    (_pattern(rf"\b(?P<p>{_M})(?={_RANGE}{_ANY_MONTH})"), _read_month),
    (_pattern(rf"\b{_ANY_MONTH}{_RANGE}(?P<p>{_M})"), _read_month),
    (_pattern(rf"\b(?P<p>{_M}){_POSTS}"), _read_month),
    (
        _pattern(
            r"\b(?P<p>(?:the\s+)?(?P<part>early|beginning|start|mid|middle|late|end)"
            rf"(?:\s+of|-)?\s*(?P<y>{_FOUR_DIGITS}))"
        ),
        _read_year,
    ),
    (
        _pattern(rf"{_BEFORE_A_YEAR}(?P<p>(?P<y>{_FOUR_DIGITS}|{_TWO_DIGITS})){_NO_QUANTITY}"),
        _read_year,
    ),
    (_pattern(rf"\b(?P<p>(?P<y>{_FOUR_DIGITS}))(?={_RANGE}{_FOUR_DIGITS})"), _read_year),
    (_pattern(rf"\b{_FOUR_DIGITS}{_RANGE}(?P<p>(?P<y>{_FOUR_DIGITS}))"), _read_year),
    (_pattern(rf"\b(?P<p>(?P<y>{_FOUR_DIGITS})){_POSTS}"), _read_year),
    (_pattern(rf"^\W*(?P<p>(?P<y>{_FOUR_DIGITS}))\W*$"), _read_year),
]
