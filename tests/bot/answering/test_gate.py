"""Nothing leaves that pings, leads elsewhere or is not proven, whatever an LLM was made to say."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.gate import harmless, without_unearned
from tests.bot.answering.attacks import ATTACKS

# Looked for in what a reader sees and in what a client might make of it; written without a look at
# how the gate finds them.
LEAKS = re.compile(
    r"https?\s*:|\w\w\s?:\s?//\S|//[\w-]+\.\w|https?\W{1,4}//|:\\\\|www\."
    r"|discord(?:app)?\W{1,3}(?:gg|com)|javascript:|data:text|mailto:|\]\([^)]*[/:@]|<@|<#"
    r"|</\w+:\d|<a?:\w+:\d|<t:|<id:|@\s?everyone|@\s?here|<a\s|<img|<script|<iframe|<\|\w"
    r"|\[/?INST\]|</?think",
    re.IGNORECASE,
)


def leaks(text: str) -> list[str]:
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    folded = unicodedata.normalize("NFKC", seen).replace("。", ".")
    return LEAKS.findall(text) + LEAKS.findall(seen) + LEAKS.findall(folded)


def test_there_are_enough_attacks_and_no_two_are_the_same() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 200


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_recognised_where_it_is_not_stopped(attack: str) -> None:
    assert leaks(attack)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left(attack: str) -> None:
    assert not leaks(harmless(attack))
    assert not leaks(harmless(f"It costs £96 a year [1]. {attack} And so on [1]."))


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "a", " ", "\n", "<", ">", "[", "]", "(", ")", "@", ":", "/"]),
        max_size=6,
    )
)
def test_attacks_put_together_make_no_new_one(parts: list[str]) -> None:
    assert not leaks(harmless("".join(parts)))


@given(st.text())
def test_the_gate_is_passed_but_once(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "It costs £96.06 a year [1] (in 2024). Rust 1.75 is out [2], at 10:30.",
        "Use `Vec<T>` and `std::vec`, or a[0].",
        "中文，句子。第二句：好的。",
        "👩‍👩‍👧 की क्‍ष",
        "1. First [1]\n2. Second [2]\n\n```python\nif x:\n    pass\n```",
        "In 2024/25 and/or C:\\Temp, e.g. node.js.",
    ],
)
def test_an_honest_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_the_words_of_a_link_stay() -> None:
    assert harmless("See [the post](https://x.example) and [1](https://y.example).") == (
        "See the post and [1]."
    )


SAID = {1: "the dough is kneaded for ten minutes", 2: "bake it at 230 degrees"}


def proves(claim: str, number: int) -> bool:
    return claim.casefold().rstrip(".") == SAID.get(number)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The dough is kneaded for ten minutes [1].", "The dough is kneaded for ten minutes [1]."),
        ("Elephants never forget anything [1].", ""),
        ("Bake it at 230 degrees [1][2].", "Bake it at 230 degrees [2]."),
        ("Bake it at 230 degrees [7].", ""),
        ("So. Bake it at 230 degrees [2]. Elephants fly [2].", "So. Bake it at 230 degrees [2]."),
    ],
)
def test_a_citation_has_to_be_earned(text: str, left: str) -> None:
    assert without_unearned(text, proves) == left
