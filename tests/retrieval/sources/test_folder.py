"""A folder gives every post it holds, and names each file that it cannot give."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.documents import FailedPage, LeftOutPage, Page, PageFormat, SourcePage
from retrieval.errors import SourceError
from retrieval.sources import open_source

LARGEST = 1000


async def pages_of(folder: Path) -> dict[str, SourcePage]:
    source = open_source(str(folder), permalinks=None, largest_page=LARGEST)
    return {page.post: page async for page in source.pages({})}


def write(folder: Path, **files: str | bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file = folder / name.replace("__", ".")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


async def test_posts_are_found_at_any_depth_by_their_endings(tmp_path: Path) -> None:
    write(tmp_path, a__md="A", b__mdx="B", picture__png=b"\x89PNG")
    write(tmp_path / "2024" / "may", c__html="C", d__txt="D")
    pages = await pages_of(tmp_path)
    assert {post: page.format for post, page in pages.items() if isinstance(page, Page)} == {
        "a.md": PageFormat.MARKDOWN,
        "b.mdx": PageFormat.MDX,
        "2024/may/c.html": PageFormat.HTML,
        "2024/may/d.txt": PageFormat.PLAIN_TEXT,
    }


async def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_text(
    tmp_path: Path,
) -> None:
    write(tmp_path, a__md=b"\xef\xbb\xbfOne\r\nTwo\r\n")
    page = (await pages_of(tmp_path))["a.md"]
    assert isinstance(page, Page)
    assert page.text == "One\nTwo\n"


async def test_the_digest_changes_with_the_text_and_only_then(tmp_path: Path) -> None:
    write(tmp_path, a__md="One")
    first = (await pages_of(tmp_path))["a.md"]
    again = (await pages_of(tmp_path))["a.md"]
    write(tmp_path, a__md="Two")
    changed = (await pages_of(tmp_path))["a.md"]
    assert isinstance(first, Page)
    assert isinstance(again, Page)
    assert isinstance(changed, Page)
    assert first.digest == again.digest != changed.digest


async def test_files_that_are_no_posts_are_left_out_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path, a__md="A", README__md="Read me", _index__md="List")
    write(tmp_path / "_drafts", d__md="Draft")
    pages = await pages_of(tmp_path)
    reasons = {post: page.why for post, page in pages.items() if isinstance(page, LeftOutPage)}
    assert set(reasons) == {"README.md", "_index.md", "_drafts/d.md"}
    assert "draft" in reasons["_drafts/d.md"]


async def test_hidden_folders_and_those_of_tools_are_not_looked_into(tmp_path: Path) -> None:
    write(tmp_path, a__md="A")
    for folder in (".git", "node_modules", "_layouts", "_site"):
        write(tmp_path / folder, x__md="X")
    assert set(await pages_of(tmp_path)) == {"a.md"}


async def test_a_file_that_is_not_utf_8_fails_alone(tmp_path: Path) -> None:
    write(tmp_path, a__md="A", b__md="Brötchen".encode("latin-1"))
    pages = await pages_of(tmp_path)
    failed = pages["b.md"]
    assert isinstance(failed, FailedPage)
    assert "UTF-8" in failed.why
    assert isinstance(pages["a.md"], Page)


async def test_a_file_that_is_too_large_fails_alone_and_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, a__md="A", b__md="x" * (LARGEST + 1))
    failed = (await pages_of(tmp_path))["b.md"]
    assert isinstance(failed, FailedPage)
    assert "ASKBEN_LARGEST_PAGE" in failed.why


@pytest.mark.parametrize("kind", ["missing", "a file", "empty", "without posts"])
async def test_a_folder_that_gives_nothing_is_an_error_that_says_so(
    tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "blog"
    if kind == "a file":
        folder.write_text("x")
    elif kind != "missing":
        folder.mkdir()
    if kind == "without posts":
        (folder / "picture.png").write_bytes(b"\x89PNG")
    with pytest.raises(SourceError, match="folder"):
        await pages_of(folder)


async def test_an_address_is_no_folder() -> None:
    with pytest.raises(SourceError, match=r"https://ben\.example"):
        open_source("https://ben.example", permalinks=None, largest_page=LARGEST)
