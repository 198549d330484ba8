"""Chunks wait in a file, and come out as they went in."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import StoreError
from retrieval.spool import ChunkSpool
from tests.builders import a_chunk

ONE = a_chunk("One.", headings=("Ovens",), language="german", cover="https://b.example/a.png")
TWO, THREE = a_chunk("Zwei: ä 面包"), a_chunk("Three.")


def test_chunks_come_out_as_they_went_in(tmp_path: Path) -> None:
    with ChunkSpool(tmp_path / "data") as spool:
        one, two = spool.put([ONE, TWO])
        assert spool.take([two]) == [TWO]
        (three,) = spool.put([THREE])
        assert spool.take([three, one]) == [THREE, ONE]
    assert (one.id, one.headings) == (ONE.id, ("Ovens",))
    assert list((tmp_path / "data").iterdir()) == []


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="make room"):
        ChunkSpool(tmp_path / "file")
