"""What may leave as an answer: no link, mention or invite that the LLM wrote, no unearned citation.

Pure. Links are the front's, by the numbers of posts; text has none. What counts as one is what
Discord makes one, and what a reader might copy for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.answering.citations import cited_numbers, parted, without_marks
from bot.answering.control_tokens import without_control_tokens

WordsOf = Callable[[str], frozenset[int]]

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MASKED_LINK = re.compile(r"!?\[(?P<text>[^\[\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)?")
_REFERENCE = re.compile(r"^[ \t]{0,3}\[[^\]\n]+\]:[^\n]*$", re.MULTILINE)
_TAG = re.compile(
    r"</?(?:a|area|base|button|embed|form|iframe|img|input|link|meta|object|script|svg|video)\b"
    r"[^<>]*>?",
    re.IGNORECASE,
)
_DISCORD = re.compile(
    r"<(?:@[!&]?|#)\s*\d*\s*>?|<a?:\w+:\d+>|</[^<>\n:]+:\d+>|<t:-?\d+(?::\w)?>|<id:\w+>"
)
_EVERYBODY = re.compile(r"@+\s?(?=everyone|here)", re.IGNORECASE)
_SCHEME = r"[a-z][a-z0-9+.-]{1,30}"
_ADDRESS = re.compile(
    rf"""
      {_SCHEME}\s?:\s?(?:/\s?/|\\\s?\\|%2f%2f|/\s?\\|\\\s?/)\s?\S*   # https://
    | h\w{{2}}ps?\[?:\]?//\S*
    | https?\s*:                      # what is left of one whose rest was folded: `https: //`
    | (?:javascript|vbscript|mailto|discord|steam|spotify|magnet):[^\s)\]]+
    | data:\w+/[^\s)\]]+
    | (?<!\w)(?:tel|sms|file):[^\s)\]]+
    | //[\w-]+(?:\.[\w-]+)+\S*
    | www\d?\s?(?:\.|\[\.\]|\(\.\))\s?[\w-]+\S*
    | (?:canary\.|ptb\.)?discord(?:app)?\s?(?:\.|\[\.\]|\(\.\)|\sdot\s)\s?
      (?:gg|com|gift|gifts|new|media|io|me|li|link)\b\S*
    | (?:dsc|invite|dis|dcord)\s?(?:\.|\[\.\]|\(\.\))\s?(?:gg|gd)\b\S*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_RUN = re.compile(r"\S+")
_DOTS = str.maketrans("。｡．․‧∙⸱", ".......")
_JOINERS = "\u200c\u200d"
_HEADING = re.compile(r"^[ \t]*(?:-#|#{1,6})[ \t]+", re.MULTILINE)
_SPACES = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")


def harmless(text: str) -> str:
    """Return a text without what pings, leads elsewhere, or was meant for the machine alone."""
    text = _without_hidden_characters(text)
    previous = None
    while text != previous:  # what is left may be one anew: `<@<@1>2>`, `htthttps://xps://y`
        previous = text
        text = _THOUGHTS.sub("", text)
        text = without_control_tokens(text)
        text = _REFERENCE.sub("", text)
        text = _MASKED_LINK.sub(_link_text, text)
        text = _TAG.sub("", text)
        text = _DISCORD.sub("", text)
        text = _EVERYBODY.sub("", text)
        text = _without_addresses(text)
        text = _HEADING.sub("", text)
        text = text.replace("](", "] (")  # what is left of a link in a link
        text = _SPACES.sub(" ", text).strip()
    return text


def without_unearned(text: str, proves: Callable[[str, int], bool]) -> str:
    """Return a text without the sentences whose citations their posts do not prove.

    `proves` judges a sentence without its marks by one post. Of several citations of a sentence,
    those that prove it stay.
    """
    kept = []
    for sentence, gap in parted(text):
        numbers = cited_numbers(sentence)
        if not numbers:
            kept.append(sentence + gap)
            continue
        claim = without_marks(sentence)
        unearned = {number for number in numbers if not proves(claim, number)}
        if len(unearned) < len(numbers):
            kept.append(without_marks(sentence, unearned) + gap)
    return "".join(kept).strip()


def _link_text(match: re.Match[str]) -> str:
    text = match["text"]
    return f"[{text}]" if text.isdecimal() else text


def _without_hidden_characters(text: str) -> str:
    """Take out what is not seen, and could part a word that would be found: `discord\u200b.gg`.

    Joiners stay between letters that they are made for.
    """
    return "".join(
        char
        for number, char in enumerate(text)
        if not _is_hidden(char) or (char in _JOINERS and _joins(text, number))
    )


def _is_hidden(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def _joins(text: str, at: int) -> bool:
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return len(around) == 2 and not any(char.isascii() for char in around)  # noqa: PLR2004 - both


def _without_addresses(text: str) -> str:
    # Full-width letters and other dots lead to the same address where they are folded.
    text = _RUN.sub(lambda run: _folded_without_addresses(run[0]), text)
    return _ADDRESS.sub("", text)


def _folded_without_addresses(run: str) -> str:
    if run.isascii():
        return run
    folded = unicodedata.normalize("NFKC", run).translate(_DOTS)
    without = _ADDRESS.sub("", folded)
    return run if without == folded else without
