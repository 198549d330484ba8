"""Reads what a question wants: what it is about, of which time, in which order. Pure.

A question that merely names a time prefers posts of that time; one that asks for posts, or for what
was before or after, keeps to them. Without any of this it is searched for as it stands.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.answering.catalogue_questions import (
    POSTS,
    SAID,
    SAY,
    pattern,
    read_catalogue_question,
    read_neighbour,
)
from bot.answering.dates import Period, find_periods
from bot.answering.rewriting import Standalone, standalone
from bot.answering.spans import shifted, unit_span
from bot.answering.types import Question
from retrieval.languages import STOP_WORDS
from retrieval.queries import DateRange, Event, Order, Query, Wanted

_ASKS_FOR_POSTS = pattern(
    rf"\b(?:{POSTS}|{SAID}|(?:did|does|do)\s+(?:(?!(?:the|this|a)\b)\w+\s+){{1,3}}?{SAY}|anything"
    r"|everything|came\s+out|went\s+up|stuff|catch\s+up|missed|opinions?|think|thought|up\s+to)\b"
)
_BEFORE = pattern(r"\b(?:before|prior\s+to|earlier\s+than|older\s+than|more\s+than)\s+(?:the\s+)?$")
_UNTIL = pattern(r"\b(?:until|till?|up\s+(?:to|until)|through|thru|by)\s+(?:the\s+)?$")
_SINCE = pattern(r"\b(?:since|starting(?:\s+in|\s+from)?|as\s+of|newer\s+than)\s+(?:the\s+)?$")
_AFTER = pattern(r"\b(?:after|later\s+than)\s+(?:the\s+)?$")
_IN = pattern(
    r"\b(?:in|on|during|around|at|of|for|over|from|between|by|within|back\s+in|posted)\s+(?:the\s+)?$"
)
_TO = pattern(r"\s*(?:(?:and|or|to|until|till?|through|thru|up\s+to)\s+|[-–—]\s*)(?:the\s+)?")
_YEAR = pattern(r"\d{4}|['’]\d{2}|years?\b")
_ONWARDS = pattern(
    r"\s+(?:onwards?\b|on\b(?=\W*$|\s*[,.;:?!)]|\s+(?:and|or|what|did|do|does|has|he|she|they)\b))"
)
_EVENT = pattern(
    r"""\b(?P<relation>before|after|since|until)\s+
    (?P<event>(?:he|she|they|we|[a-z]+)\s+
      (?:\w+ed|left|got|quit|went|became|had|bought|sold|met|wrote|began|came|gave|lost|made)\b
      [^,.?!;]*)"""
)
_WHAT_CAME_LATER = pattern(
    r"""\b(?:later|since|afterwards?|these\s+days|nowadays|now|in\s+the\s+end|eventually|meanwhile
    |still|(?:any\s*more|any\s+longer)|change(?:d|s)?|come\s+of|came\s+of|turn(?:ed)?\s+out|updates?
    |follow(?:ed)?[\s-]?up)\b"""
)
_THAT_UNIT = pattern(
    r"""\b(?:(?:that|the\s+same|same)\s+(?P<same>day|week|month|year)
    | the\s+(?P<shifted>day|week|month|year)\s+(?P<way>after|before)(?:\s+that)?
    | (?:the\s+)?(?P<way2>next|following|previous)\s+(?P<shifted2>day|week|month|year))\b"""
)
_AUTHOR = pattern(
    rf"""\b(?:did|do|does|has|have|had|was|is|were|are)\s+(?P<a>[a-z]+)\s+
        (?:ever\s+|been\s+|already\s+|even\s+)?(?:{SAID}|{SAY})\b
    | \b(?:everything|anything|stuff|things|{POSTS})\s+(?:that\s+)?(?P<d>[a-z]+)\s+{SAID}\b
    | \bwhat\s+(?P<b>[a-z]+)\s+(?:has\s+|was\s+|had\s+)?{SAID}\b
    | \b(?P<c>[a-z]+)['’]s\s+(?:\w+\s+){{0,2}}(?:blog|{POSTS})\b"""
)
# Words that ask for posts, and here say what they are about: Go is a language, too.
_SUBJECT = pattern(
    r"\b(?:about|on)\s+(?P<subject>go|news|publishing|tags|time|titles|views|work|writing)\W*$"
)
_ABOUT_IT = pattern(r"\b(?:about|on)\s+(?:it|this|that|those|them)\b")
# Words that ask for posts and say nothing of what these are about.
_ASKING = STOP_WORDS["english"] | frozenset(
    """
    anything article articles back been before beginning blog blogs came catch caught come day
    days each else end entire entries entry essay ever every everything first following gave get
    gimme give go goes going got had happened hey hi im ive kind last latest lemme let like line
    list look lot lots made make many may missed month months much new newest news next offline
    ok okay old oldest once one ones opinion opinions order out overview part piece pieces
    please pls point post posted posting posts publish published publishing put r random read
    recap recent recently rundown said say see show since single something sorta still stuff
    summary tag tagged take takes tell thanks thing things think thought thoughts thx time times
    title titles today together topic topics total turn u until up update updates upload ur us
    wanna want wanted week weeks went whats whole wondering work write writes writing written
    wrote year years yesterday yet
    """.split()
)


def read_query(question: Question) -> Query:
    """Return what a question, in its conversation, wants to be searched for."""
    own = question.text
    neighbour = read_neighbour(own)
    if neighbour:
        order = Order.OLDEST if neighbour.relation == "after" else Order.NEWEST
        return Query("", strict=True, order=order, count=1, event=neighbour)
    dates, compared, said = _read_dates(question, question.now.date())
    asked = read_catalogue_question(own)
    event = None if dates else _EVENT.search(own)
    if not (dates or event or asked.said):
        return _without_dates(question)
    topic = _topic(question, [*said, *asked.said])
    return Query(
        text=topic.own,
        context=topic.context,
        dates=dates,
        strict=compared or not topic.own or bool(_ASKS_FOR_POSTS.search(own)),
        order=asked.order,
        count=asked.count,
        wanted=asked.wanted if topic.own or asked.wanted is Wanted.COUNT else Wanted.LIST,
        busiest=asked.busiest,
        event=Event(event["relation"].lower(), event["event"]) if event and topic.own else None,
    )


def _without_dates(question: Question) -> Query:
    """Return the query of a question that names no time; it may still ask what came later."""
    meant = standalone(question)
    later = meant.context and _WHAT_CAME_LATER.search(meant.own)
    before = _last_period(question) if later else None
    return Query(
        text=meant.own,
        context=meant.context,
        dates=DateRange(first=before.last + timedelta(days=1)) if before else None,
        event=Event("after", meant.context) if later and not before else None,
    )


def _read_dates(
    question: Question, today: date
) -> tuple[DateRange | None, bool, list[tuple[int, int]]]:
    """Return the dates, whether they are an open end such as `before`, and where they are said."""
    text = question.text
    periods = find_periods(text, today)
    if not periods:
        period = _period_of_the_conversation(question)
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
            period, end, compared = _joined(text, period, until), until.end, True
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


def _joined(text: str, period: Period, until: Period) -> Period:
    """Return the span from one period to another; a year that is said once holds for both."""
    first = period.first
    while first > until.last:
        first = shifted(first, "year", -1)
    says_a_year = _YEAR.search(text, period.start, period.end)
    while shifted(first, "year", 1) <= until.first and not says_a_year:
        first = shifted(first, "year", 1)
    return Period(first, until.last, period.start, until.end)


def _period_of_the_conversation(question: Question) -> Period | None:
    """Return the period that `that month` or `the month after` means, from what was said before."""
    found = _THAT_UNIT.search(question.text)
    if found is None:
        return None
    before = _last_period(question)
    if before is None:
        return None
    unit = found["same"] or found["shifted"] or found["shifted2"]
    way = (found["way"] or found["way2"] or "").lower()
    step = {"after": 1, "next": 1, "following": 1, "before": -1, "previous": -1}.get(way, 0)
    span = unit_span(shifted(before.first, unit, step), unit)
    return Period(*span, found.start(), found.end())


def _last_period(question: Question) -> Period | None:
    """Return the period that was named last before the question."""
    for turn in reversed(question.history):
        periods = find_periods(turn.content, question.now.date())
        if periods:
            return periods[-1]
    return None


def _topic(question: Question, said: list[tuple[int, int]]) -> Standalone:
    """Return what is left of a question without its words about time and order, and for asking.

    Empty, if it only asks for posts. A follow-up that is left with nothing of its own still has
    the topic of the conversation, unless it is asked for all of a time.
    """
    text = question.text
    rest = text
    for start, end in said:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    found = _AUTHOR.search(text)
    asking = _ASKING | ({name.lower() for name in found.groups() if name} if found else set())
    words = [found.span() for found in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", rest)]
    telling = [span for span in words if not _is_asking(rest[slice(*span)].lower(), asking)]
    if subject := _SUBJECT.search(rest):
        telling.append(subject.span("subject"))
    if not telling:
        return (
            standalone(question) if _ABOUT_IT.search(text) and question.earlier else Standalone("")
        )
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
