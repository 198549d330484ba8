"""The answer of an LLM while it is written: what may be shown of it, and what is left at its end.

Pure. Every text that leaves it has passed the gate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from bot.answering.citations import parted, renumber, without_unfinished_mark
from bot.answering.gate import harmless, without_unearned
from bot.answering.prompt import NOT_FOUND

_WHOLE = re.compile(r"[.!?…。！？:][\"”’»)\]]*(?:\s*\[\d+\])*\s*$")


class Writing:
    """Grows by pieces."""

    def __init__(
        self, numbers: Collection[int], proves: Callable[[str, int], bool], shortened: str
    ) -> None:
        """Take the numbers that may be cited, what judges a citation, and what a stop says."""
        self._numbers = numbers
        self._proves = proves
        self._shortened = shortened
        self._text = self._harmless = ""
        self._broken_off = False

    @property
    def text(self) -> str:
        """What was written, without what must not leave; its citations are not checked."""
        return without_unfinished_mark(self._harmless)

    @property
    def says_that_there_is_none(self) -> bool:
        """Whether the LLM found no answer in the passages."""
        return NOT_FOUND in self._harmless

    def add(self, piece: str, *, cut: bool = False) -> None:
        """Take the next piece; where it is `cut`, the LLM may write no more."""
        self._text += piece
        self._harmless = harmless(self._text)
        self._broken_off = self._broken_off or cut

    def break_off(self) -> None:
        """Take note that the rest will not come."""
        self._broken_off = True

    def discard(self) -> None:
        """Forget what was written: its end proved it wrong."""
        self._text = self._harmless = ""

    def draft(self) -> str:
        """Return what may be shown while more is to come."""
        if NOT_FOUND.startswith(self._harmless[: len(NOT_FOUND)]):
            return ""  # it may be about to say that there is no answer
        return self._checked(self.text)[0]

    def finished(self) -> tuple[str, list[int]]:
        """Return the answer and the numbers of the posts it cites, as `renumber` does.

        One that was broken off ends with its last whole sentence, and says so.
        """
        text = self.text
        if not self._broken_off:
            return self._checked(text)
        sentences = parted(text)
        while sentences and not _WHOLE.search(sentences[-1][0]):
            sentences.pop()
        whole = "".join(sentence + gap for sentence, gap in sentences).strip()
        text, order = self._checked(whole)
        return (f"{text} {self._shortened}" if order else text), order

    def _checked(self, text: str) -> tuple[str, list[int]]:
        earned = without_unearned(text, self._proves)
        return renumber(earned, self._numbers)
