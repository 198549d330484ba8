"""The language of a blog is told by its grammar words; scripts without spaces are parted."""

from __future__ import annotations

import pytest

from retrieval.foreign_questions import FOREIGN_QUESTIONS
from retrieval.languages import LANGUAGES, STOP_WORDS, detect_language, part_words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The bread was in the oven and it had been there for an hour.", "english"),
        ("Das Brot war im Ofen, und es ist dort für eine Stunde gewesen.", "german"),
        ("El pan estaba en el horno y se quedó una hora con la puerta cerrada.", "spanish"),
        ("Le pain était dans le four et il y est resté une heure.", "french"),
        ("面包在烤箱里放了一个小时,味道很好。", "chinese"),
        ("パンはオーブンの中に一時間ありました。", "japanese"),
        ("Хлеб стоял в печи целый час.", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_detected(text: str, language: str) -> None:
    assert detect_language([text]) == language


def test_a_few_foreign_quotes_do_not_change_it() -> None:
    english = "The bread was in the oven and it had been there for an hour. " * 10
    assert detect_language([english, "Das Brot ist da."]) == "english"


def test_runs_without_spaces_become_pairs() -> None:
    assert part_words("烤面包 with 盐").split() == ["烤面", "面包", "with", "盐"]
    assert part_words("plain words") == "plain words"


def test_what_is_known_of_languages_names_only_those_that_can_be_set() -> None:
    assert {*STOP_WORDS, *FOREIGN_QUESTIONS} <= set(LANGUAGES)


@pytest.mark.parametrize("language", FOREIGN_QUESTIONS)
def test_foreign_questions_are_many_and_in_their_language(language: str) -> None:
    questions = FOREIGN_QUESTIONS[language]
    assert len(set(questions)) == len(questions) >= 18
    assert detect_language(questions) == language
