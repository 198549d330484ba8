"""Where pages come from: the Source protocol and the one list of the kinds of sources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Protocol

from retrieval.documents import (
    IndexedPost,
    Permalinks,
    SourcePage,
)
from retrieval.errors import SourceError
from retrieval.sources.fetching import Fetcher, FetchLimits
from retrieval.sources.folder import FolderSource
from retrieval.sources.web import WebSource

__all__ = ["FetchLimits", "Fetcher", "Source", "open_source"]


class Source(Protocol):
    """A place that holds the pages of a blog."""

    @property
    def name(self) -> str:
        """What the author wrote to name this source."""

    def pages(
        self, known: Mapping[str, IndexedPost], *, news_only: bool = False
    ) -> AsyncIterator[SourcePage]:
        """Yield every page once, and what stands in the place of those that cannot be used.

        `known` are the posts that are indexed. With `news_only`, what takes long is left out, and
        the posts that are not looked at are UnlistedPages. Raises SourceError when the source as a
        whole cannot be read.
        """


def open_source(
    name: str, *, permalinks: Permalinks | None, largest_page: int, fetcher: Fetcher | None = None
) -> Source:
    """Return the source that a name in the settings means: a folder's path, or an address.

    `largest_page` is the size in bytes above which a file is not read. Raises SourceError for a
    name that no kind of source knows.
    """
    if name.startswith(("http://", "https://")) and fetcher is not None:
        return WebSource(name, fetcher)
    if "://" in name:
        raise SourceError(f"{name} is neither a folder nor an address with http:// or https://")
    return FolderSource(Path(name), permalinks=permalinks, largest_page=largest_page)
