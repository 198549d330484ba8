"""Reads what a question wants: what it is about, of which time, in which order. Pure.

A question that merely names a time prefers posts of that time; one that asks for posts, or for what
was before or after, keeps to them. Without any of this it is searched for as it stands.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.answering.dates import Period, find_periods, number_of
from bot.answering.rewriting import standalone
from bot.answering.spans import shifted, unit_span
from bot.answering.types import Question
from retrieval.embedding.languages import STOP_WORDS
from retrieval.queries import DateRange, Event, Order, Query


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.VERBOSE)


_POSTS = (
    r"(?:blog\s*)?(?:posts?|articles?|entr(?:y|ies)|essays?|pieces?|write-?ups?|stor(?:y|ies)"
    r"|chapters?|reviews?)"
)
_COUNT = r"(?:(?P<count>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|few|couple\s+of)\s+)?"
_SAID = (
    r"(?:wrote|written|writes?|writing|posted|posting|publish(?:ed|es|ing)?|blogg(?:ed|ing)|said"
    r"|says?|shared|talk(?:ed|ing)|mentioned|covered|put\s+(?:out|up))"
)
_SAY = r"(?:post|blog|talk|mention|cover|share)"
_DID_SAY = rf"(?:{_SAID}|(?:did|does|do)\s+(?:(?!(?:the|this|a)\b)\w+\s+){{1,3}}?{_SAY})"
_OF_POSTS = rf"(?=(?:\w+\s+){{0,3}}?(?:{_POSTS}|things?|ones?|stuff)\b)"
_OF_THE_BLOG = rf"(?:{_OF_POSTS}|(?=(?:on|about|from)\b|\W*$))"

_ORDERS: list[tuple[Order, re.Pattern[str]]] = [
    *(
        (order, _pattern(pattern))
        for order, words in (
            (Order.NEWEST, r"latest|newest|most\s+recent"),
            (Order.OLDEST, r"oldest|earliest|very\s+first"),
        )
        for pattern in (
            rf"\b(?:{words})\b\s*{_COUNT}{_OF_THE_BLOG}",
            rf"\b{_COUNT}(?:{words})\b\s*{_OF_THE_BLOG}",
        )
    ),
    (Order.NEWEST, _pattern(rf"\blast\s+{_COUNT}{_OF_POSTS}")),
    (Order.NEWEST, _pattern(rf"\blast\s+time\b(?=.*\b{_DID_SAY}\b)")),
    (
        Order.NEWEST,
        _pattern(r"\b(?:what(?:'?s|\s+is|\s+has\s+been)|anything|any)\s+new\b(?!\s+(?:in|with)\b)"),
    ),
    (Order.OLDEST, _pattern(rf"\bfirst\s+(?:ever\s+)?{_COUNT}{_OF_POSTS}")),
    (Order.OLDEST, _pattern(rf"\bfirst\b(?=\s+(?:{_SAID}|{_SAY})\b)")),
    (Order.LONGEST, _pattern(rf"\b(?:longest|biggest)\s+{_OF_POSTS}")),
    (Order.SHORTEST, _pattern(rf"\b(?:shortest|smallest)\s+{_OF_POSTS}")),
    (Order.RANDOM, _pattern(rf"\brandom\s+{_OF_POSTS}|\bsurprise\s+me\b")),
]
_BUSIEST = _pattern(
    r"""\b(?:which|what)\s+(?P<a>day|month|year)\b.*\bmost\b
    | \b(?:busiest|most\s+productive)\s+(?P<b>day|month|year)\b
    | \bmost\s+posts\s+(?:in|on)\s+(?:a|one)\s+(?:single\s+)?(?P<c>day|month|year)\b"""
)
_ASKS_FOR_POSTS = _pattern(
    rf"\b(?:{_POSTS}|{_DID_SAY}|anything|everything|came\s+out|went\s+up|stuff|catch\s+up|missed"
    r"|opinions?|think|thought|up\s+to)\b"
)
_BEFORE = _pattern(r"\b(?:before|prior\s+to|earlier\s+than|older\s+than)\s+(?:the\s+)?$")
_UNTIL = _pattern(r"\b(?:until|till?|up\s+(?:to|until)|through|thru|by)\s+(?:the\s+)?$")
_SINCE = _pattern(r"\b(?:since|starting(?:\s+in|\s+from)?|as\s+of|newer\s+than)\s+(?:the\s+)?$")
_AFTER = _pattern(r"\b(?:after|later\s+than)\s+(?:the\s+)?$")
_IN = _pattern(
    r"\b(?:in|on|during|around|at|of|for|over|from|between|by|within|back\s+in|posted)\s+(?:the\s+)?$"
)
_TO = _pattern(r"\s*(?:and|to|until|till?|through|thru|up\s+to|[-–—])\s+(?:the\s+)?")
_ONWARDS = _pattern(r"\s+(?:on|onwards?)\b")
_EVENT = _pattern(
    r"""\b(?P<relation>before|after|since|until)\s+
    (?P<event>(?:he|she|they|we|[a-z]+)\s+
      (?:\w+ed|left|got|quit|went|became|had|bought|sold|met|wrote|began|came|gave|lost|made)\b
      [^,.?!;]*)"""
)
_THAT_UNIT = _pattern(
    r"""\b(?:(?:that|the\s+same|same)\s+(?P<same>day|week|month|year)
    | the\s+(?P<shifted>day|week|month|year)\s+(?P<way>after|before)(?:\s+that)?
    | (?:the\s+)?(?P<way2>next|following|previous)\s+(?P<shifted2>day|week|month|year))\b"""
)
_AUTHOR = _pattern(
    rf"""\b(?:did|do|does|has|have|had|was|is|were|are)\s+(?P<a>[a-z]+)\s+
        (?:ever\s+|been\s+|already\s+|even\s+)?(?:{_SAID}|{_SAY})\b
    | \b(?:everything|anything|stuff|things|{_POSTS})\s+(?:that\s+)?(?P<d>[a-z]+)\s+{_SAID}\b
    | \bwhat\s+(?P<b>[a-z]+)\s+(?:has\s+|was\s+|had\s+)?{_SAID}\b
    | \b(?P<c>[a-z]+)['’]s\s+(?:\w+\s+){{0,2}}(?:blog|{_POSTS})\b"""
)
_ABOUT_IT = _pattern(r"\b(?:about|on)\s+(?:it|this|that|those|them)\b")
_LONGER_THAN_A_SEASON = 100  # days
# Words that ask for posts and say nothing of what these are about.
_ASKING = STOP_WORDS["english"] | frozenset(
    """
    anything article articles back been before beginning blog blogs came catch caught come day days
    else end entries entry essay ever every everything first following gave get give go goes going
    got had happened hey hi kind last latest let like line list look lot lots made make many may
    missed month months much new newest news next offline ok okay old oldest one ones order out
    overview part piece pieces please pls point post posted posting posts publish published
    publishing put random read recap recent recently rundown said say show single since something
    sorta still stuff summary tell thanks thing things think thought thx time times title titles
    today together topic topics turn until up update updates upload us wanna want week weeks went
    wondering work write writes writing written wrote year years yesterday yet
    u ur r im ive whats wanted came back each entire whole once total
    """.split()
)


def read_query(question: Question) -> Query:
    """Return what a question, in its conversation, wants to be searched for."""
    today = question.now.date()
    own = question.text
    dates, compared, said = _read_dates(question, today)
    order, count, order_said = _read_order(own)
    busiest = _BUSIEST.search(own)
    event = None if dates else _EVENT.search(own)
    if not (dates or order or busiest or event):
        return Query(standalone(question))
    said = [*said, *order_said, *([busiest.span()] if busiest else [])]
    topic = _topic(question, said)
    return Query(
        text=topic,
        dates=dates,
        strict=compared or not topic or bool(_ASKS_FOR_POSTS.search(own)),
        order=order,
        count=count,
        busiest=_first_group(busiest),
        event=Event(event["relation"].lower(), event["event"]) if event and topic else None,
    )


def _read_dates(
    question: Question, today: date
) -> tuple[DateRange | None, bool, list[tuple[int, int]]]:
    """Return the dates, whether they are an open end such as `before`, and where they are said."""
    text = question.text
    periods = find_periods(text, today)
    if not periods:
        period = _period_of_the_conversation(question, today)
        if period is None:
            return None, False, []
        return DateRange(period.first, period.last), True, [(period.start, period.end)]
    dates = DateRange()
    compared = False
    said: list[tuple[int, int]] = []
    number = 0
    while number < len(periods):
        period, start, end = periods[number], periods[number].start, periods[number].end
        number += 1
        if number < len(periods) and _TO.fullmatch(text, end, periods[number].start):
            until = periods[number]
            period, end, compared = _joined(period, until), until.end, True
            number += 1
        bounds, start, end = _bounds(text, period, start, end)
        compared = compared or bounds != DateRange(period.first, period.last)
        dates = _both(dates, bounds) or dates  # what contradicts an earlier one does not count
        said.append((start, end))
    return dates, compared, said


def _both(one: DateRange, other: DateRange) -> DateRange | None:
    """Return the days that lie in both, None if there are none."""
    first = max(filter(None, (one.first, other.first)), default=None)
    last = min(filter(None, (one.last, other.last)), default=None)
    return None if first and last and first > last else DateRange(first, last)


def _bounds(text: str, period: Period, start: int, end: int) -> tuple[DateRange, int, int]:
    """Return what the words before a period make of it, and where all of it is said."""
    before = text[:start]
    day = timedelta(days=1)
    if found := _BEFORE.search(before):
        return DateRange(last=period.first - day), found.start(), end
    if found := _UNTIL.search(before):
        return DateRange(last=period.last), found.start(), end
    if found := _SINCE.search(before):
        return DateRange(first=period.first), found.start(), end
    if found := _AFTER.search(before):
        return DateRange(first=period.last + day), found.start(), end
    if onwards := _ONWARDS.match(text, end):
        return DateRange(first=period.first), start, onwards.end()
    found = _IN.search(before)
    return DateRange(period.first, period.last), found.start() if found else start, end


def _joined(period: Period, until: Period) -> Period:
    """Return the span from one period to another; a year that is said once holds for both."""
    first = period.first
    while first > until.last:
        first = shifted(first, "year", -1)
    while shifted(first, "year", 1) <= until.first and not _says_a_year(period):
        first = shifted(first, "year", 1)
    return Period(first, until.last, period.start, until.end)


def _says_a_year(period: Period) -> bool:
    return (period.last - period.first).days > _LONGER_THAN_A_SEASON


def _period_of_the_conversation(question: Question, today: date) -> Period | None:
    """Return the period that `that month` or `the month after` means, from what was said before."""
    found = _THAT_UNIT.search(question.text)
    if found is None:
        return None
    for turn in reversed(question.history):
        periods = find_periods(turn.content, today)
        if periods:
            unit = found["same"] or found["shifted"] or found["shifted2"]
            way = (found["way"] or found["way2"] or "").lower()
            step = {"after": 1, "next": 1, "following": 1, "before": -1, "previous": -1}.get(way, 0)
            span = unit_span(shifted(periods[-1].first, unit, step), unit)
            return Period(*span, found.start(), found.end())
    return None


def _read_order(text: str) -> tuple[Order | None, int | None, list[tuple[int, int]]]:
    for order, pattern in _ORDERS:
        found = pattern.search(text)
        if found:
            count = found.groupdict().get("count")
            return order, number_of(count) if count else None, [found.span()]
    return None, None, []


def _topic(question: Question, said: list[tuple[int, int]]) -> str:
    """Return what is left of a question without its words about time and order, and for asking.

    Empty, if it only asks for posts. A follow-up that is left with nothing of its own still has
    the topic of the conversation, unless it is asked for all of a time.
    """
    text = question.text
    rest = text
    for start, end in said:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    author = _first_group(_AUTHOR.search(text))
    asking = _ASKING | {author} if author else _ASKING
    words = [found.span() for found in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", rest)]
    telling = [span for span in words if not _is_asking(rest[slice(*span)].lower(), asking)]
    if not telling:
        return standalone(question) if _ABOUT_IT.search(text) and question.earlier else ""
    topic = " ".join(rest[telling[0][0] : telling[-1][1]].split())
    return standalone(Question(topic, question.now, question.history))


def _is_asking(word: str, asking: frozenset[str]) -> bool:
    """Tell whether a word only asks for posts, perhaps with two of its letters swapped."""
    return (
        word in asking
        or re.sub(r"['’]\w*$", "", word) in asking
        or any(
            word[:at] + word[at + 1] + word[at] + word[at + 2 :] in asking
            for at in range(len(word) - 1)
        )
    )


def _first_group(match: re.Match[str] | None) -> str | None:
    groups = [group for group in match.groups() if group] if match else []
    return groups[0].lower() if groups else None
