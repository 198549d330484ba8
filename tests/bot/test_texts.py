"""Every language says everything, with the same things filled in."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter

import pytest

from bot.texts import ENGLISH, LANGUAGES, Texts, texts_for, texts_in

DESCRIPTIONS = [
    *("ask", "ask_question", "ask_only_for_me", "help", "forget_me", "list_posts", "posts_topic"),
    *("posts_tag", "posts_year", "status", "reindex", "reindex_what", "reindex_read"),
    "reindex_rollback",
]
NAMES = [field.name for field in fields(Texts)]


def filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_text_fills_in_what_the_english_one_does(language: str, name: str) -> None:
    text = getattr(LANGUAGES[language], name)
    assert text.strip()
    assert filled_in(text) == filled_in(getattr(ENGLISH, name))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_discord_lists_is_as_short_as_discord_wants_it(language: str) -> None:
    texts = LANGUAGES[language]
    assert max(len(getattr(texts, name)) for name in DESCRIPTIONS) <= 100
    assert len(texts.ask_about_message) <= 32
    for button in (texts.show_passages, texts.related_posts, texts.do_it, texts.do_it_anyway):
        assert len(button) <= 80
    assert len(texts.how_to_ask) <= 2000


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
def test_no_text_was_left_in_english(language: str) -> None:
    same = [name for name in NAMES if getattr(LANGUAGES[language], name) == getattr(ENGLISH, name)]
    assert same == []


def test_no_two_english_texts_are_the_same() -> None:
    assert len({getattr(ENGLISH, name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize(
    ("question", "locale", "language"),
    [
        ("Was kostet der Server im Jahr?", "en-US", "german"),
        ("¿Cuánto cuesta el servidor al año?", "de", "spanish"),
        ("服务器一年要多少钱？", "", "chinese"),
        ("What does the server cost?", "zh-CN", "english"),
        ("Rust?", "es-419", "spanish"),
        ("Rust?", "zh-TW", "chinese"),
        ("Rust?", "fr", "english"),
        ("Quel est le prix du serveur ?", "de", "german"),
    ],
)
def test_the_language_is_that_of_the_question_or_else_of_the_locale(
    question: str, locale: str, language: str
) -> None:
    assert texts_for(question, locale) is LANGUAGES[language]


def test_a_locale_without_texts_is_english() -> None:
    assert texts_in("pt-BR") is texts_in("en-GB") is texts_in("") is ENGLISH
