"""Parts texts into sentences by the rules of their language."""

from __future__ import annotations

from sentencex import segment

from retrieval.languages import CODES


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a text in a language as `ASKBEN_LANGUAGE` names it.

    One without a code is parted by the rules of English, which know all full stops.
    """
    return [part.strip() for part in segment(CODES.get(language, "en"), text)]
