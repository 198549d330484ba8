"""Sentences end where those of their language do."""

from __future__ import annotations

import pytest

from retrieval.sentences import sentences


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("english", "Dr. Lee came. He sat.", ["Dr. Lee came.", "He sat."]),
        ("german", "Am 3. Mai kam er. Er saß.", ["Am 3. Mai kam er.", "Er saß."]),
        ("spanish", "¿Qué hay? Nada.", ["¿Qué hay?", "Nada."]),
        ("chinese", "今天天气很好。我去公园。", ["今天天气很好。", "我去公园。"]),
        ("other", "One. Two.", ["One.", "Two."]),
    ],
)
def test_sentences(language: str, text: str, parts: list[str]) -> None:
    assert sentences(text, language) == parts
