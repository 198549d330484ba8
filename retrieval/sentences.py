"""Parts texts into sentences by the rules of their language."""

from __future__ import annotations

from sentencex import segment

# ISO 639-1; what is not listed is parted by the rules of English, which know all full stops.
_CODES = {
    "arabic": "ar", "danish": "da", "dutch": "nl", "finnish": "fi", "french": "fr", "german": "de",
    "greek": "el", "hungarian": "hu", "italian": "it", "japanese": "ja", "norwegian": "no",
    "portuguese": "pt", "romanian": "ro", "russian": "ru", "spanish": "es", "swedish": "sv",
    "tamil": "ta", "turkish": "tr", "chinese": "zh",
}  # fmt: skip


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a text in a language as `ASKBEN_LANGUAGE` names it."""
    return [part.strip() for part in segment(_CODES.get(language, "en"), text)]
