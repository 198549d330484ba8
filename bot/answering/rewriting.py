"""Makes a follow-up question stand alone, so that it can be searched for. Pure."""

from __future__ import annotations

import re

from bot.answering.types import Question

_LEANS_ON_WHAT_WAS_SAID = re.compile(
    r"""
    ^(?:(?:ok|okay|so|hm+|yes|no|right)\W+)*
     (?:and|but|so|or|then|what\ about|how\ about|why|how\ so)\b
    | \b(?:it|its|that|this|those|these|them|ones?|there|then)\b
    | \b(?:again|later|still|same|else|instead)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CHANGES_THE_SUBJECT = re.compile(
    r"\b(?:different (?:thing|topic|question|subject)|nvm|never ?mind|by the way|btw)\b",
    re.IGNORECASE,
)


def standalone(question: Question) -> str:
    """Return what to search for.

    A question that leans on the conversation ("and why?", "how much was it?") is put behind the
    one before it, which says what it is about. On the follow-ups of two blogs this finds the post
    among the first five as often as with every question joined, and one that stands alone, or
    changes the subject, is left as it is.
    """
    text = question.text
    if not question.earlier or _CHANGES_THE_SUBJECT.search(text):
        return text
    if _LEANS_ON_WHAT_WAS_SAID.search(text):
        return f"{question.earlier[-1]} {text}"
    return text
