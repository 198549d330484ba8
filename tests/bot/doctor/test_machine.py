"""The doctor reads a page of every source and looks at the disk."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from bot.doctor.findings import Verdict
from bot.doctor.machine import check_disk, check_sources
from retrieval.errors import SourceError
from retrieval.sources import Source, open_source

Usage = namedtuple("Usage", "total used free")


def folder(path: Path) -> list[Source]:
    return [open_source(str(path), permalinks=None, largest_page=1000)]


async def test_a_source_is_ok_if_one_page_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff")
    (tmp_path / "b.md").write_text("Bread.")
    (finding,) = await check_sources(lambda: folder(tmp_path))
    assert finding.verdict is Verdict.OK
    assert "b.md" in finding.said


async def test_a_source_that_is_missing_or_cannot_be_read_fails(tmp_path: Path) -> None:
    (missing,) = await check_sources(lambda: folder(tmp_path / "none"))
    (tmp_path / "a.md").write_bytes(b"\xff")
    (unreadable,) = await check_sources(lambda: folder(tmp_path))
    assert missing.verdict is unreadable.verdict is Verdict.FAILED


async def test_a_name_that_no_kind_of_source_knows_fails() -> None:
    def refuse() -> list[Source]:
        raise SourceError("What is gopher://? Set ASKBEN_SOURCES to something else")

    (finding,) = await check_sources(refuse)
    assert finding.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(10**8, Verdict.FAILED), (5 * 10**8, Verdict.WARNING), (10**10, Verdict.OK)],
)
async def test_little_room_is_a_warning_and_next_to_none_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, verdict: Verdict
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**12, 0, free))
    assert (await check_disk(tmp_path / "data" / "not" / "there")).verdict is verdict


async def test_a_folder_that_cannot_be_written_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    assert (await check_disk(tmp_path)).verdict is Verdict.FAILED
