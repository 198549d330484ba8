"""Makes a follow-up question stand alone, so that it can be searched for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answering.types import Question, Role
from retrieval.languages import STOP_WORDS, detect_language

_GOES_ON = re.compile(
    r"""
    ^(?:(?:ah|cool|great|haha|hm+|lol|nice|no|oh|ok|okay|right|so|thanks|thx|yes)\W+)*
     (?:and|but|so|or|then|what\ about|how\ about|why|same)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_POINTS_BACK = re.compile(
    r"""
    \b(?:its?|them|ones?|then|again|later|still|same|else|instead|afterwards?)\b
    | \bsince\b(?=\W*$|,)
    | \b(?:this|that|these|those)\b
      (?!\s+(?:time|day|week|month|year|blog|site|he|she|they|i|we|you)\b)
    | (?<!\bis\s)(?<!\bare\s)(?<!\bwas\s)(?<!\bwere\s)\bthere\b
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
    anything cool different great haha harsh hello hi interesting lol never heard nice ok okay
    really right same savage something sure tbh thank thanks thing things thx true wow yeah yep yes
    """.split()
)
_FEWEST_OF_A_SUBJECT = 2  # words of a turn that says what it is about
_ENOUGH_TO_STAND_ALONE = 3  # words before an `it` that then means one of them


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question in its own words, and what was said before that it leans on, empty if nothing."""

    own: str
    context: str = ""

    @property
    def text(self) -> str:
        """Return the question as it could be asked without the conversation."""
        return f"{self.context} {self.own}".lstrip()


def standalone(question: Question) -> Standalone:
    """Return what to search for.

    A question that leans on the conversation ("and why?", "how much was it?") takes the last one
    before it that says what it is about, and the names that the answers brought up, as its context.
    One that stands alone, or says that it changes the subject, is left alone.
    """
    text = question.text
    changed = _CHANGES_THE_SUBJECT.search(text)
    if changed and question.history:
        rest = " ".join((text[: changed.start()] + text[changed.end() :]).split())
        return Standalone(rest or text)
    if not question.earlier or not _leans_on_what_was_said(text):
        return Standalone(text)
    telling = [said for said in question.earlier if _telling(said) >= _FEWEST_OF_A_SUBJECT]
    return Standalone(
        own=text,
        context=f"{(telling or question.earlier)[-1]} {_names_in_answers(question)}".rstrip(),
    )


def needs_rewriting(question: Question) -> bool:
    """Tell whether a question may mean something that only the conversation names.

    The rules know English alone; in another language, every question after another may.
    """
    if not question.earlier:
        return False
    return bool(standalone(question).context) or detect_language([question.text]) != "english"


def _leans_on_what_was_said(text: str) -> bool:
    """Tell whether a question means something that only the conversation names.

    A word such as `it` points back into the question itself where enough was said before it. Not
    looking at that made questions that stand alone lose 10 of 100 after some other conversation;
    now it is 4 (benchmarks/README.md).
    """
    return (
        bool(_GOES_ON.search(text))
        or _telling(text) < _FEWEST_OF_A_SUBJECT
        or any(
            _telling(text[: word.start()]) < _ENOUGH_TO_STAND_ALONE
            for word in _POINTS_BACK.finditer(text)
        )
    )


def _telling(text: str) -> int:
    """Return how many words of a text say what it is about."""
    words = re.findall(r"[\w']+", text.lower())
    return sum(word not in _SMALL_TALK for word in words)


def _names_in_answers(question: Question) -> str:
    answers = " . ".join(turn.content for turn in question.history if turn.role is Role.ASSISTANT)
    names = [name for name in _NAME.findall(answers) if not _NO_NAME.match(name)]
    return " ".join(dict.fromkeys(names))
