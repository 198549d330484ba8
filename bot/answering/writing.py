"""The answer of an LLM while it is written: what may be shown of it, and what is left at its end.

Pure. Every text that leaves it has passed the gate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answering.citations import parted, renumber, without_unfinished_mark
from bot.answering.gate import WordsOf, harmless, without_unearned
from bot.answering.prompt import NOT_FOUND
from bot.answering.types import NumberedPost

_WHOLE = re.compile(r"[.!?…。！？:][\"”’»)\]]*(?:\s*\[\d+\])*\s*$")


class Writing:
    """Grows by pieces."""

    def __init__(
        self, asked: str, posts: Sequence[NumberedPost], words_of: WordsOf, shortened: str
    ) -> None:
        """Take the question, what may be cited, and what an answer that was broken off says."""
        self._numbers = [post.number for post in posts]
        asked_words = words_of(asked)
        self._words_by_post = {post.number: asked_words | words_of(_said(post)) for post in posts}
        self._words_of = words_of
        self._shortened = shortened
        self._text = ""
        self._broken_off = False

    @property
    def says_that_there_is_none(self) -> bool:
        """Whether the LLM found no answer in the passages."""
        return NOT_FOUND in harmless(self._text)

    def add(self, piece: str, *, cut: bool = False) -> None:
        """Take the next piece; where it is `cut`, the LLM may write no more."""
        self._text += piece
        self._broken_off = self._broken_off or cut

    def break_off(self) -> None:
        """Take note that the rest will not come."""
        self._broken_off = True

    def discard(self) -> None:
        """Forget what was written: its end proved it wrong."""
        self._text = ""

    def draft(self) -> str:
        """Return what may be shown while more is to come."""
        text = harmless(self._text)
        if NOT_FOUND.startswith(text[: len(NOT_FOUND)]):
            return ""  # it may be about to say that there is no answer
        return self._checked(without_unfinished_mark(text))[0]

    def finished(self) -> tuple[str, list[int]]:
        """Return the answer and the numbers of the posts it cites, as `renumber` does.

        One that was broken off ends with its last whole sentence, and says so.
        """
        text = without_unfinished_mark(harmless(self._text))
        if not self._broken_off:
            return self._checked(text)
        sentences = parted(text)
        while sentences and not _WHOLE.search(sentences[-1][0]):
            sentences.pop()
        whole = "".join(sentence + gap for sentence, gap in sentences).strip()
        text, order = self._checked(whole)
        return (f"{text} {self._shortened}" if order else text), order

    def _checked(self, text: str) -> tuple[str, list[int]]:
        earned = without_unearned(text, self._words_by_post, self._words_of)
        return renumber(earned, self._numbers)


def _said(post: NumberedPost) -> str:
    best = post.passage.best
    day = f"{best.published:%d %B %Y}" if best.published else ""
    return " ".join([best.title, day, *(chunk.searched_words for chunk in post.passage.chunks)])
