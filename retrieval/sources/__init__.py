"""Where pages come from: the Source protocol and the one list of the kinds of sources."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from retrieval.documents import FailedPage, LeftOutPage, Page, Permalinks
from retrieval.errors import SourceError
from retrieval.sources.folder import FolderSource

__all__ = ["Source", "open_source"]


class Source(Protocol):
    """A place that holds the pages of a blog."""

    @property
    def name(self) -> str:
        """What the author wrote to name this source."""

    def pages(self) -> AsyncIterator[Page | FailedPage | LeftOutPage]:
        """Yield every page once, and what stands in the place of those that cannot be used.

        Raises SourceError when the source as a whole cannot be read.
        """


def open_source(name: str, *, permalinks: Permalinks | None, largest_page: int) -> Source:
    """Return the source that a name in the settings means: a folder's path.

    `largest_page` is the size in bytes above which a page is not read. Raises SourceError for a
    name that no kind of source knows.
    """
    if "://" in name:
        raise SourceError(f"{name} is not a folder; this version of askBen reads folders of posts")
    return FolderSource(Path(name), permalinks=permalinks, largest_page=largest_page)
