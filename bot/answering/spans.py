"""Calendar arithmetic with spans of days. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta

Span = tuple[date, date]  # both days included


def unit_span(day: date, unit: str) -> Span:
    """Return the day, week, month or year that a day lies in."""
    if unit.startswith("week"):
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit.startswith("month"):
        return month_span(day.year, day.month)
    return month_span(day.year, 1, 12) if unit.startswith("year") else (day, day)


def shifted(day: date, unit: str, count: int) -> date:
    """Return a day so many units later; the end of a month stays one."""
    if unit.startswith(("day", "week")):
        return day + timedelta(days=count * (7 if unit.startswith("week") else 1))
    months = day.month - 1 + count * (12 if unit.startswith("year") else 1)
    first, last = month_span(day.year + months // 12, months % 12 + 1)
    return first.replace(day=min(day.day, last.day))


def month_span(year: int, month: int, count: int = 1) -> Span:
    """Return the span of some months; a count may lead into the next year."""
    end_year, end_month = year + (month + count - 2) // 12, (month + count - 2) % 12 + 1
    last = calendar.monthrange(end_year, end_month)[1]
    return date(year, month, 1), date(end_year, end_month, last)


def day_span(year: int, month: int, day: int) -> Span | None:
    """Return a day as a span, None if the calendar has no such day."""
    try:
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def latest_begun(span_of_year: Callable[[int], Span | None], today: date) -> Span | None:
    """Return the latest such span that has begun."""
    this_year = span_of_year(today.year)
    return this_year if this_year and this_year[0] <= today else span_of_year(today.year - 1)


def part_of(span: Span, part: str | None) -> Span:
    """Return the first, the middle or the last third of a span."""
    if not part:
        return span
    third = (span[1] - span[0]).days // 3
    part = part.lower()
    if part in {"early", "beginning", "start"}:
        return span[0], span[0] + timedelta(days=third)
    if part in {"mid", "middle"}:
        return span[0] + timedelta(days=third), span[1] - timedelta(days=third)
    return span[1] - timedelta(days=third), span[1]
