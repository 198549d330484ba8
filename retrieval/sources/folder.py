"""A folder of posts on disk, as the usual site generators and blog hosts keep or export them."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from retrieval.documents import FailedPage, IndexedPost, LeftOutPage, Page, PageFormat, Permalinks
from retrieval.errors import SourceError
from retrieval.parsing import PARSER_VERSION

FORMATS = {
    ".md": PageFormat.MARKDOWN,
    ".markdown": PageFormat.MARKDOWN,
    ".mdx": PageFormat.MDX,
    ".dj": PageFormat.MARKDOWN,  # Djot, which reads as Markdown in all that matters here
    ".djot": PageFormat.MARKDOWN,
    ".html": PageFormat.HTML,
    ".htm": PageFormat.HTML,
    ".txt": PageFormat.PLAIN_TEXT,
}
_FOLDERS_OF_POSTS = {"_posts", "_drafts"}  # Jekyll's; its other `_folders` hold no posts
_NOT_POSTS = {
    "404", "changelog", "code_of_conduct", "contributing", "humans", "license", "readme",
    "requirements", "robots", "security",
}  # fmt: skip


class FolderSource:
    """Reads every file below a folder that has the ending of a post."""

    def __init__(self, folder: Path, *, permalinks: Permalinks | None, largest_page: int) -> None:
        self._folder = folder
        self._permalinks = permalinks
        self._largest_page = largest_page

    @property
    def name(self) -> str:
        """The folder's path as it was given."""
        return str(self._folder)

    async def pages(
        self,
        known: Mapping[str, IndexedPost],  # noqa: ARG002 - a folder lists all it has
        *,
        news_only: bool = False,  # noqa: ARG002 - and is quick to read
    ) -> AsyncIterator[Page | FailedPage | LeftOutPage]:
        """Yield the files in the order of their paths.

        Raises SourceError when the folder is missing, is none, or holds no post.
        """
        files = await asyncio.to_thread(self._files)
        for file in files:
            yield await asyncio.to_thread(self._read, file)

    def _files(self) -> list[Path]:
        if not self._folder.exists():
            raise SourceError(
                f"There is no folder {self._folder}; set ASKBEN_SOURCES or --source to your posts"
            )
        if not self._folder.is_dir():
            raise SourceError(f"{self._folder} is not a folder; name the folder that holds it")
        try:
            files = sorted(self._walk())
        except OSError as error:
            raise SourceError(
                f"The folder {error.filename} cannot be read ({error.strerror}); "
                "give the user that runs askBen the right to read it"
            ) from error
        if not files:
            raise SourceError(
                f"The folder {self._folder} holds no posts; "
                f"askBen reads files that end in {', '.join(FORMATS)}"
            )
        return files

    def _walk(self) -> Iterator[Path]:
        def stop(error: OSError) -> None:
            raise error

        for folder, subfolders, names in os.walk(self._folder, onerror=stop):
            subfolders[:] = [name for name in subfolders if _may_hold_posts(name)]
            for name in names:
                if not name.startswith(".") and Path(name).suffix.lower() in FORMATS:
                    yield Path(folder, name)

    def _read(self, file: Path) -> Page | FailedPage | LeftOutPage:
        post = file.relative_to(self._folder).as_posix()
        why = _why_not_a_post(file, post)
        if why:
            return LeftOutPage(post, why)
        try:
            size = file.stat().st_size
            if size > self._largest_page:
                return FailedPage(
                    post,
                    f"is {size / 1e6:.1f} MB, more than the {self._largest_page / 1e6:.1f} MB "
                    "a post may have; split it or raise ASKBEN_LARGEST_PAGE",
                )
            text = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return FailedPage(
                post, f"is not UTF-8 text (byte {error.start}); save it with the encoding UTF-8"
            )
        except OSError as error:
            return FailedPage(post, f"cannot be read ({error.strerror}); mend its permissions")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        url = file.resolve().as_uri()
        return Page(
            post=post,
            url=url,
            text=text,
            format=FORMATS[file.suffix.lower()],
            digest=_digest(str(PARSER_VERSION), url, repr(self._permalinks), text),
            permalinks=self._permalinks,
        )


def _may_hold_posts(folder: str) -> bool:
    if folder.startswith("_"):
        return folder in _FOLDERS_OF_POSTS
    return not folder.startswith(".") and folder != "node_modules"


def _why_not_a_post(file: Path, post: str) -> str | None:
    if "_drafts" in Path(post).parts:
        return "is a draft (it lies in _drafts)"
    if file.name.startswith("_"):
        return "is a page of its site and no post (its name begins with _)"
    if file.stem.lower() in _NOT_POSTS:
        return f"is no post but a {file.stem} file"
    return None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
