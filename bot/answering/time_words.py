"""The words that people name times with, as expressions to build others of. Pure.

What they find is in groups: `m` a month, `d` a day, `y` a year, `s` a season, `h` a holiday, and
`part` a part of one of them.
"""

from __future__ import annotations

import re

MONTHS = (
    *("jan(?:uary)?", "feb(?:r?u?ary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?"),
    *("aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # first months
# The day on which the time around a holiday begins, and how many days it has.
HOLIDAYS = {
    "christmas": (12, 18, 14),
    "xmas": (12, 18, 14),
    "new year": (12, 28, 10),
    "halloween": (10, 24, 14),
    "easter": (3, 20, 40),
}
NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
} | {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 4}
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4}

ANY_MONTH = "(?:" + "|".join(MONTHS) + r")\b"
MONTH = f"(?P<m>{ANY_MONTH})\\.?"
DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
NUMBER = r"(?:a\s+couple(?:\s+of)?|a\s+few|couple(?:\s+of)?|\d{1,3}|" + "|".join(NUMBERS) + ")"
FOUR_DIGITS = r"(?:199|20[0-4])\d\b"  # before that there was no blog
TWO_DIGITS = r"['’]\d{2}\b"
YEAR = rf"(?P<y>{FOUR_DIGITS}|{TWO_DIGITS}|(?:of\s+)?(?:last|this)\s+year|{NUMBER}\s+years?\s+ago)"
PART = r"(?:(?:the\s+)?(?P<part>early|beginning|start|mid|middle|late|end)(?:\s+(?:of|in)|-)?\s*)?"
SEASON = "(?P<s>" + "|".join(SEASONS) + r")\b"
HOLIDAY = "(?P<h>" + "|".join(HOLIDAYS) + r")(?:'?s)?(?:\s+(?:eve|day))?\b"
# The words that make a year of a number; a post "about 2008" need not be of that year.
BEFORE_A_YEAR = (
    r"\b(?:in|during|from|since|until|till|before|after|of|by|through|around|throughout|year|up\s+to"
    r"|than)\s+(?:the\s+)?(?:year\s+)?"
)
# Those that make a time of what is often something else: "may", "spring", "easter".
BEFORE_A_TIME = (
    r"\b(?:in|during|over|since|until|till|before|after|from|between|around|of|by|throughout)"
    r"\s+(?:the\s+)?(?:month\s+of\s+)?"
)
RANGE = r"\s*(?:[-–—]|\b(?:and|or|to|until|till?|through|thru)\b)\s*"
BEFORE_POSTS = r"(?=\s+(?:blog\s+)?(?:posts?|articles?|entries|blog)\b)"
# What makes a number such as 2048 a quantity and no year.
NO_QUANTITY = (
    r"(?!\s*(?:%|\$|€|x\b|k\b|ms\b|px\b|tokens?|words?|requests?|dollars?|bucks|usd|eur|euros?"
    r"|users?|people|lines?|bytes?|[kmgt]b\b|pixels?|hz|rpm|items?|files?|rows?|points?|samples?"
    r"|steps?|char|bits?\b|servers?|commits?|stars?|chunks?|calories|km\b|miles?|watts?|percent"
    r"|times|hours?|minutes?|seconds?|days?|posts?\s+(?:a|per)\b))"
)


def number_of(words: str) -> int | None:
    """Return the number that words or digits stand for."""
    word = re.sub(r"^a\s+|\s+of$", "", words.strip().lower())
    return int(word) if word.isdigit() else NUMBERS.get(word)
