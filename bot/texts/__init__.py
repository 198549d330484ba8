"""Owns what readers are told, in four languages, and who reads which. Pure."""

from __future__ import annotations

from bot.texts.chinese import CHINESE
from bot.texts.english import ENGLISH
from bot.texts.german import GERMAN
from bot.texts.spanish import SPANISH
from bot.texts.wording import Texts
from retrieval.languages import detect_language, language_of_tag

__all__ = ["ENGLISH", "LANGUAGES", "Texts", "texts_for", "texts_in"]

# By the name that `retrieval.languages` gives a language.
LANGUAGES: dict[str, Texts] = {
    "english": ENGLISH,
    "german": GERMAN,
    "spanish": SPANISH,
    "chinese": CHINESE,
}


def texts_in(locale: str) -> Texts:
    """Return the texts of a locale such as `es-419`; English where there are none of it."""
    return LANGUAGES.get(language_of_tag(locale) or "", ENGLISH)


def texts_for(question: str, locale: str) -> Texts:
    """Return the texts in the language of a question; where it does not show, of the locale."""
    return LANGUAGES.get(detect_language([question])) or texts_in(locale)
