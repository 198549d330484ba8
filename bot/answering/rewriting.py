"""Makes a follow-up question stand alone, so that it can be searched for. Pure."""

from __future__ import annotations

import re

from bot.answering.types import Question, Role
from retrieval.embedding.languages import STOP_WORDS

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
    r"""
    (?:
      \b(?:(?:some|any)thing\s+|sth\s+|(?:(?:on|to|about)\s+)?(?:an?\s+)?)
        (?:(?:completely|totally|entirely)\s+)?(?:different|else|new|another|other|unrelated)
        (?:\s+(?:thing|topic|question|subject|entirely|altogether|now|then|but))*
      | \bchang(?:e|ing)\s+(?:of|the)\s+(?:subject|topic)
      | \b(?:forget|enough)\s+(?:about|of|with|that|it)\b[^.:;,?!]*
    )\s*[:,.;!–—-]\s*
    | \b(?:nvm|never\ ?mind|btw|by\ the\ way)\b\W*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words with a capital letter or a digit, not at the beginning of a sentence: names, most of them.
_NAME = re.compile(
    r"(?<![.!?]\s)(?<!^)\b(?:[A-Z][\w'’.+-]*|\w*\d\w*[A-Za-z]\w*)(?:\s+[A-Z][\w'’-]*)*"
)
_NO_NAME = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|I)\b"
)
_SMALL_TALK = STOP_WORDS["english"] | frozenset(
    """
    cool great haha harsh hello hi interesting lol nice ok okay really right same savage sure tbh
    thank thanks thx true wow yeah yep yes never heard
    """.split()
)
_FEWEST_WORDS = 2  # of a turn that says what it is about


def standalone(question: Question) -> str:
    """Return what to search for.

    A question that leans on the conversation ("and why?", "how much was it?") is put behind the
    last one before it that says what it is about, and behind the names that the answers brought up.
    One that stands alone, or says that it changes the subject, is left alone.
    """
    text = question.text
    changed = _CHANGES_THE_SUBJECT.search(text)
    if changed and question.history:
        return " ".join((text[: changed.start()] + text[changed.end() :]).split()) or text
    if not question.earlier or not _LEANS_ON_WHAT_WAS_SAID.search(text):
        return text
    telling = [said for said in question.earlier if _says_something(said)]
    return " ".join(
        filter(None, [(telling or question.earlier)[-1], _names_in_answers(question), text])
    )


def _says_something(text: str) -> bool:
    words = re.findall(r"[\w']+", text.lower())
    return sum(word not in _SMALL_TALK for word in words) >= _FEWEST_WORDS


def _names_in_answers(question: Question) -> str:
    answers = " . ".join(turn.content for turn in question.history if turn.role is Role.ASSISTANT)
    names = [name for name in _NAME.findall(answers) if not _NO_NAME.match(name)]
    return " ".join(dict.fromkeys(names))
