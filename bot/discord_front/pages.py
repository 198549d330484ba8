"""Cuts a text that is too long for a message, without breaking a fence, a line or a word. Pure."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^```(\w*)", re.MULTILINE)
_CLOSE = "\n```"
_SEPARATORS = ("\n\n", "\n", ". ", " ")


def cut_into_pages(text: str, limit: int) -> list[str]:
    """Return the text in pieces of at most `limit` characters.

    Code that goes on in the next piece is closed in the one and opened again in the other.
    """
    pages: list[str] = []
    while len(text) > limit:
        at = _place_to_cut(text, limit - len(_CLOSE))
        page, text = text[:at].rstrip(), text[at:].lstrip("\n ")
        language = _open_fence(page)
        if language is not None:
            page += _CLOSE
            text = f"```{language}\n{text}"
        pages.append(page)
    return [*pages, text] if text or not pages else pages


def _place_to_cut(text: str, limit: int) -> int:
    for separator in _SEPARATORS:
        at = text.rfind(separator, limit // 2, limit)
        if at > 0:
            return at + len(separator.rstrip(" ").rstrip("\n")) or limit
    return limit


def _open_fence(page: str) -> str | None:
    """Return the language of a fence that a page leaves open, None if it leaves none."""
    fences = _FENCE.findall(page)
    return fences[-1] if len(fences) % 2 else None
