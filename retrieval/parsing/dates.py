"""Reads the dates that blogs write: in front matter, in file names and in a line of their own."""

from __future__ import annotations

import re
from datetime import date, datetime

from dateutil import parser

_FIRST_DAY = datetime(1970, 1, 1)  # noqa: DTZ001 - fills in what is not written; only its day and month are used
_YEAR = re.compile(r"\b\d{4}\b")
_DATE_IN_PATH = re.compile(r"(?<!\d)(\d{4})[-_/](\d{1,2})[-_/](\d{1,2})(?!\d)")
_DATE_LINE = re.compile(
    r"""^\W*
    (?:(?:first\s+)?(?:published|posted|written|date|created)\b[\s:]*(?:on\b)?[\s:]*)?
    (?P<date>
      (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?
      (?:
        \d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}\S*)?
      | [a-z]{3,9}\.?\ \d{1,2}(?:st|nd|rd|th)?,?\ \d{4}
      | \d{1,2}(?:st|nd|rd|th|\.)?\ (?:of\ )?[a-z]{3,9}\.?,?\ \d{4}
      )
    )
    \W*$""",
    re.IGNORECASE | re.VERBOSE,
)


def parse_date(text: str) -> date | None:
    """Return the calendar day that a date names, in the time zone it was written in.

    A month without a day is its first day. Text that is no date with a year gives None.
    """
    if not _YEAR.search(text):
        # "2023-5-7" has a year by this rule, "7 May" and "12" have none and mean nothing here.
        return None
    try:
        return parser.parse(text.strip(), default=_FIRST_DAY).date()
    except (parser.ParserError, OverflowError):
        return None


def date_in_path(path: str) -> date | None:
    """Return the date in a file name or in its folders, as in `_posts/2021-03-04-title.md`."""
    for year, month, day in reversed(_DATE_IN_PATH.findall(path)):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def date_line(line: str) -> date | None:
    """Return the date of a line that says nothing else, such as `Posted on October 15, 2024`."""
    match = _DATE_LINE.match(line)
    return parse_date(match["date"]) if match else None
