"""A passage reads as it stood in the post: cut paragraphs are whole again, gaps are marked."""

from __future__ import annotations

from retrieval.documents import Block, BlockKind, Chunk
from retrieval.queries import Passage, Query
from tests.builders import a_chunk


def piece(text: str, position: int, *, continues: bool = False, code: bool = False) -> Chunk:
    kind = BlockKind.CODE if code else BlockKind.PARAGRAPH
    return a_chunk(text, position=position, blocks=(Block(kind, text, continues),))


def text_of(*chunks: Chunk) -> str:
    return Passage(chunks, (0.5,) * len(chunks), best=chunks[0], score=0.5).text


def test_neighbours_are_joined() -> None:
    assert text_of(piece("One.", 0), piece("Two.", 1)) == "One.\n\nTwo."


def test_a_gap_between_chunks_is_marked() -> None:
    assert text_of(piece("One.", 0), piece("Three.", 2)) == "One.\n\n[…]\n\nThree."


def test_a_paragraph_that_was_cut_is_whole_again() -> None:
    assert text_of(piece("One.", 0), piece("Two.", 1, continues=True)) == "One. Two."


def test_code_that_was_cut_keeps_its_lines() -> None:
    first, rest = piece("a = 1", 0, code=True), piece("b = 2", 1, continues=True, code=True)
    assert text_of(first, rest) == "a = 1\nb = 2"


def test_a_query_stands_behind_its_context() -> None:
    assert Query("and why?", context="How does he bake?").whole_text == "How does he bake? and why?"
    assert Query("Why?").whole_text == "Why?"
