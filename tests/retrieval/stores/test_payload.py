"""What is written down of chunks can be read back, that of the first version too."""

from __future__ import annotations

from retrieval.documents import Block, BlockKind
from retrieval.stores.payload import chunk_from_payload, chunk_to_payload, record_from_payload
from tests.builders import a_chunk


def test_a_chunk_comes_back_as_it_was() -> None:
    blocks = (
        Block(BlockKind.PARAGRAPH, "rest of it", continues=True),
        Block(BlockKind.CODE, "a = 1\n\nb"),
    )
    chunk = a_chunk(blocks=blocks, tags=("bread",), headings=("One", "Two"), anchor="two")
    assert chunk_from_payload(chunk.id, chunk_to_payload(chunk)) == chunk


def test_a_payload_of_the_first_version_can_be_read() -> None:
    chunk = a_chunk("Some words.")
    old = chunk_to_payload(chunk)
    del old["continues"], old["size"]
    old["blocks"] = [block[:2] for block in old["blocks"]]
    assert chunk_from_payload(chunk.id, old) == chunk
    record = record_from_payload(chunk.id, old, [1])
    assert (record.continues, record.size, record.post) == (False, 0, chunk.post)
