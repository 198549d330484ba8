"""The reindex of the sources in the settings, as a front asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.texts import ENGLISH, Texts
from retrieval.documents import IndexInfo
from retrieval.indexing import Indexer
from retrieval.reports import Preview, Progress, Report
from retrieval.sources import Source


@dataclass(frozen=True, slots=True)
class Reindexing:
    """The reindex of the sources in the settings."""

    indexer: Indexer
    open_sources: Callable[[], list[Source]]

    async def preview(self, on_progress: Callable[[Progress], None]) -> Preview:
        """Return what a reindex would do."""
        return await self.indexer.preview(self.open_sources(), on_progress)

    async def reindex(
        self, on_progress: Callable[[Progress], None], *, force: bool = False
    ) -> Report:
        """Bring the index up to the sources."""
        return await self.indexer.reindex(self.open_sources(), on_progress, force=force)

    async def rollback(self) -> IndexInfo:
        """Let the index before the serving one serve again."""
        return await self.indexer.rollback()


def summary_of(preview: Preview, texts: Texts = ENGLISH) -> str:
    """Return what a reindex would change, such as `+3 posts, 1 changed in 2 sections, -0`."""
    changes = preview.changes
    return texts.would_change.format(
        added=len(changes.added),
        changed=len(changes.changed),
        sections=changes.sections,
        removed=len(changes.removed),
        seconds=max(1, round(preview.seconds)),
    )
