"""Chunks fit the model, stay below one heading, and keep their ids while their text stays."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunking import chunk
from retrieval.documents import Block, BlockKind, Chunk, Document, Section
from retrieval.queries import Passage
from tests.builders import a_document, a_section

LIMIT = 100


def count_words(texts: Sequence[str]) -> list[int]:
    return [max(len(text.split()), len(text) // 8) for text in texts]


def chunks_of(document: Document) -> list[Chunk]:
    return chunk(document, page_digest="d", count_tokens=count_words, limit=LIMIT)


def sentence(words: int) -> str:
    return " ".join(["word"] * (words - 1)) + " end."


def test_short_blocks_of_a_section_share_a_chunk() -> None:
    (only,) = chunks_of(a_document(a_section("One.", "Two.")))
    assert only.text == "One.\n\nTwo."


def test_a_chunk_never_crosses_a_heading_and_knows_its_path() -> None:
    sections = [
        a_section("One."),
        a_section("Two.", headings=("Flour",)),
        a_section("Three.", headings=("Flour", "Rye")),
    ]
    chunks = chunks_of(a_document(*sections))
    assert [(c.headings, c.text) for c in chunks] == [
        ((), "One."),
        (("Flour",), "Two."),
        (("Flour", "Rye"), "Three."),
    ]
    assert [c.position for c in chunks] == [0, 1, 2]
    assert chunks[2].embedded_text == "A title > Flour > Rye\n\nThree."


def test_what_is_embedded_fits_the_model() -> None:
    paragraphs = [sentence(30) for _ in range(20)]
    chunks = chunks_of(a_document(a_section(*paragraphs, headings=("Flour",))))
    assert len(chunks) > 1
    assert all(len(c.embedded_text.split()) <= LIMIT for c in chunks)


def test_a_long_paragraph_is_cut_between_its_sentences() -> None:
    chunks = chunks_of(a_document(a_section(" ".join([sentence(40)] * 5))))
    assert len(chunks) == 3
    assert all(c.text.endswith("end.") for c in chunks)


def test_what_was_cut_off_a_paragraph_continues_it_and_nothing_else_does() -> None:
    long = " ".join([sentence(40)] * 5)
    chunks = chunks_of(a_document(a_section("Before.", long, "After.")))
    assert [block.continues for c in chunks for block in c.blocks].count(True) >= 1
    whole = Passage(tuple(chunks), (0.5,) * len(chunks), best=chunks[0], score=0.5).text
    assert whole == f"Before.\n\n{long}\n\nAfter."


def test_code_stays_whole_even_where_it_is_longer_than_the_model_reads() -> None:
    code = "\n".join(f"line {n} of the code" for n in range(60))
    section = Section((), None, (Block(BlockKind.CODE, code),))
    (only,) = chunks_of(a_document(section))
    assert only.text == code


def test_very_long_code_is_cut_between_its_lines() -> None:
    lines = [f"line {n} of the code" for n in range(500)]
    section = Section((), None, (Block(BlockKind.CODE, "\n".join(lines)),))
    chunks = chunks_of(a_document(section))
    assert len(chunks) > 10
    assert "\n".join(c.text for c in chunks).split("\n") == lines


def test_text_without_any_place_to_cut_is_cut_anyway() -> None:
    chunks = chunks_of(a_document(a_section("x" * 50_000)))
    assert len(chunks) > 10
    assert "".join(c.text for c in chunks) == "x" * 50_000


def test_ids_stay_when_something_is_put_before() -> None:
    before = chunks_of(a_document(a_section("One.", headings=("A",))))
    after = chunks_of(
        a_document(a_section("New.", headings=("B",)), a_section("One.", headings=("A",)))
    )
    assert [c.id for c in before] == [after[1].id]
    assert after[1].position == 1


def test_ids_change_with_text_context_and_post() -> None:
    one = chunks_of(a_document(a_section("One.")))[0].id
    assert chunks_of(a_document(a_section("Two.")))[0].id != one
    assert chunks_of(a_document(a_section("One."), title="Other"))[0].id != one


def test_the_same_text_twice_in_a_post_has_two_ids() -> None:
    chunks = chunks_of(a_document(a_section("One."), a_section("One.")))
    assert len({c.id for c in chunks}) == 2


@given(
    st.lists(
        st.text(alphabet="ab .\n", min_size=1).filter(str.strip).map(lambda t: " ".join(t.split())),
        min_size=1,
        max_size=12,
    )
)
def test_no_word_is_lost_and_none_is_added(paragraphs: list[str]) -> None:
    chunks = chunks_of(a_document(a_section(*paragraphs)))
    assert " ".join(c.text for c in chunks).split() == " ".join(paragraphs).split()
