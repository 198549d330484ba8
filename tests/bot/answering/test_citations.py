"""Marks name posts that were given, and links lead to the quoted words."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.citations import (
    cited_sentences,
    deep_link,
    renumber,
    without_unfinished_mark,
)

FIVE_AT_EACH_END = "one%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven"


def test_marks_are_counted_from_one_as_they_appear() -> None:
    text, order = renumber("Knead [4]. Wait [2]. Bake [4].", [1, 2, 3, 4])
    assert text == "Knead [1]. Wait [2]. Bake [1]."
    assert order == [4, 2]


def test_several_numbers_in_one_mark_become_several_marks() -> None:
    assert renumber("Knead [3, 1].", [1, 3]) == ("Knead [1][2].", [3, 1])


def test_a_mark_of_an_unknown_post_is_taken_out() -> None:
    assert renumber("Knead [9]. Wait [1].", [1]) == ("Knead. Wait [1].", [1])


def test_brackets_that_are_no_marks_stay() -> None:
    text = "Use a[i] and [x] and [2024]."
    assert renumber(text, [1]) == (text, [])


@given(
    st.text(alphabet="ab .,[]0123456789\n", max_size=80), st.sets(st.integers(1, 12), max_size=6)
)
def test_whatever_the_text_all_marks_left_count_from_one_without_a_gap(
    text: str, known: set[int]
) -> None:
    renumbered, order = renumber(text, known)
    marks = {int(n) for n in re.findall(r"\[(\d{1,2})\]", renumbered)}
    assert set(order) <= known
    assert len(order) == len(set(order))
    assert marks == set(range(1, len(order) + 1))


@given(st.lists(st.sampled_from(["Knead", " [", "2", "]", ",", " 3", ". "]), max_size=12))
def test_a_growing_text_never_shows_half_a_mark(pieces: list[str]) -> None:
    for end in range(len(pieces)):
        shown = without_unfinished_mark("".join(pieces[:end]))
        assert not re.search(r"\[[\d,\s]*$", shown)


def test_a_sentence_is_known_with_the_marks_in_it_or_behind_it() -> None:
    text = "Knead well [1]. Wait for 2.5 hours. [2][3] Then look.\n> Bake it hot! [1]"
    assert cited_sentences(text) == [
        ("Knead well .", frozenset({1})),
        ("Wait for 2.5 hours.", frozenset({2, 3})),
        ("Bake it hot!", frozenset({1})),
    ]


@pytest.mark.parametrize(
    ("anchor", "quote", "link"),
    [
        (None, "Knead it.", "https://b.example/p/#:~:text=Knead%20it."),
        ("ovens", "Knead it.", "https://b.example/p/#ovens:~:text=Knead%20it."),
        (None, "well-known, A&B", "https://b.example/p/#:~:text=well%2Dknown%2C%20A%26B"),
        ("ovens", "", "https://b.example/p/#ovens"),
        (None, "", "https://b.example/p/"),
        (
            None,
            "one two three four five six seven eight nine ten eleven",
            f"https://b.example/p/#:~:text={FIVE_AT_EACH_END}",
        ),
    ],
)
def test_a_deep_link_names_the_words(anchor: str | None, quote: str, link: str) -> None:
    assert deep_link("https://b.example/p/", anchor=anchor, quote=quote) == link


def test_a_fragment_of_the_address_itself_is_replaced() -> None:
    assert deep_link("https://b.example/#top", anchor=None, quote="Hi") == (
        "https://b.example/#:~:text=Hi"
    )


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_no_character_of_a_quote_can_break_its_link(quote: str) -> None:
    link = deep_link("https://b.example/p/", anchor=None, quote=quote)
    directive = link.split(":~:text=", 1)[1]
    assert re.fullmatch(r"[A-Za-z0-9._~%,]*", directive)
    assert directive.count(",") <= 1
    first, _, last = directive.partition(",")
    words = " ".join(quote.split())
    assert words.startswith(unquote(first))
    assert words.endswith(unquote(last))
