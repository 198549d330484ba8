"""The marks `[n]` in an answer: which posts they name, and the link to a post's quoted words."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote as percent_encode

_MARK = re.compile(r"\[(?P<numbers>\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\]")
_UNFINISHED_MARK = re.compile(r"(?:\s*\[[\d\s,;]*)+$")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?”\"])\s+(?!\[\d)|(?<=\])\s+(?=[^\sa-z])|\n")
_SPACE_BEFORE_POINT = re.compile(r"[ \t]+(?=[.,;:!?](?:\s|$))")
_WORDS_AT_EACH_END = 5  # of a text fragment; together they stand but once in nearly any post


def renumber(text: str, known: Collection[int]) -> tuple[str, list[int]]:
    """Return the text with its marks counted from 1 as they appear, and what each meant before.

    A mark that names no known post is taken out. `[1, 2]` becomes `[1][2]`.
    """
    order: list[int] = []

    def replace(match: re.Match[str]) -> str:
        marks = []
        for number in map(int, re.findall(r"\d+", match["numbers"])):
            if number in known:
                if number not in order:
                    order.append(number)
                marks.append(f"[{order.index(number) + 1}]")
        return "".join(marks)

    marked = _MARK.sub(replace, text)
    return _SPACE_BEFORE_POINT.sub("", marked).strip(), order


def without_unfinished_mark(text: str) -> str:
    """Return the text without a mark at its end that is still being written, such as `[1`."""
    return _UNFINISHED_MARK.sub("", text)


def parted(text: str) -> list[tuple[str, str]]:
    """Return the sentences of a text, each with the space or line end behind it."""
    found, begin = [], 0
    for gap in _BETWEEN_SENTENCES.finditer(text):
        found.append((text[begin : gap.start()], gap[0]))
        begin = gap.end()
    return [*found, (text[begin:], "")]


def cited_numbers(text: str) -> list[int]:
    """Return the numbers that a text cites, in order."""
    marks = (re.findall(r"\d+", mark["numbers"]) for mark in _MARK.finditer(text))
    return list(dict.fromkeys(int(number) for numbers in marks for number in numbers))


def without_marks(text: str, numbers: Collection[int] | None = None) -> str:
    """Return a text without its marks, or without those of some numbers alone."""
    if numbers is None:
        return _SPACE_BEFORE_POINT.sub("", _MARK.sub("", text)).strip()
    kept = _MARK.sub(
        lambda mark: "".join(
            f"[{n}]" for n in re.findall(r"\d+", mark["numbers"]) if int(n) not in numbers
        ),
        text,
    )
    return _SPACE_BEFORE_POINT.sub("", kept)


def cited_sentences(text: str) -> list[tuple[str, frozenset[int]]]:
    """Return the sentences that bear marks, without them, each with the numbers it cites.

    A mark counts for the sentence before it, whether it stands before its full stop or behind.
    """
    found = []
    for sentence in _BETWEEN_SENTENCES.split(text):
        numbers = frozenset(int(number) for number in re.findall(r"\[(\d+)\]", sentence))
        if numbers:
            found.append((_MARK.sub("", sentence).strip("> "), numbers))
    return found


def deep_link(url: str, *, anchor: str | None, quote: str) -> str:
    """Return the link that opens a post at the quoted words.

    A text fragment (https://wicg.github.io/scroll-to-text-fragment/) behind the heading's id, if
    there is one: a browser that does not know the one takes the other.
    """
    address = url.split("#", 1)[0]
    fragment = f"#{percent_encode(anchor)}" if anchor else "#"
    words = quote.split()
    ends = [words]
    if len(words) > 2 * _WORDS_AT_EACH_END:
        ends = [words[:_WORDS_AT_EACH_END], words[-_WORDS_AT_EACH_END:]]
    text = ",".join(_escape(" ".join(part)) for part in ends if part)
    if text:
        fragment += f":~:text={text}"
    return address + fragment if fragment != "#" else address


def _escape(text: str) -> str:
    # A comma, an ampersand and a dash are syntax in a text fragment; quote() lets the dash pass.
    return percent_encode(text, safe="").replace("-", "%2D")
