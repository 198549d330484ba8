"""Checks what this machine gives: the sources of posts, and room for the data."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.doctor.findings import Finding, Verdict
from retrieval.documents import Page
from retrieval.errors import SourceError
from retrieval.sources import Source

_PATIENCE = 20.0  # seconds until a source has to show its first page
_LEAST_FREE = 200_000_000  # bytes: a new index stands beside two old ones before it takes over
_BETTER_FREE = 1_000_000_000  # bytes


async def check_sources(sources: Callable[[], Sequence[Source]]) -> list[Finding]:
    """Read the first page of every source."""
    try:
        opened = sources()
    except SourceError as error:
        return [Finding("source", Verdict.FAILED, str(error), "set ASKBEN_SOURCES")]
    return [await _check_source(source) for source in opened]


async def check_disk(folder: Path) -> Finding:
    """Say whether the data folder can be written and how much room there is."""
    return await asyncio.to_thread(_check_disk, folder)


async def _check_source(source: Source) -> Finding:
    check = f"source {source.name}"
    try:
        async with asyncio.timeout(_PATIENCE):
            pages = source.pages({})
            async for page in pages:
                if isinstance(page, Page):
                    return Finding(check, Verdict.OK, f"can be read, such as {page.post}")
    except SourceError as error:
        return Finding(check, Verdict.FAILED, str(error))
    except TimeoutError:
        said = f"shows no page within {_PATIENCE:.0f} seconds"
        return Finding(check, Verdict.FAILED, said, "see whether it can be reached from here")
    return Finding(check, Verdict.FAILED, "none of its pages can be read", "run askben index")


def _check_disk(folder: Path) -> Finding:
    folder = folder.absolute()
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(existing, os.W_OK):
        said, mend = f"{existing} cannot be written", "give askBen's user the right to write there"
        return Finding("disk", Verdict.FAILED, said, mend)
    free = shutil.disk_usage(existing).free
    said = f"{free / 1e9:.1f} GB free for {folder}"
    mend = "make room, or set ASKBEN_DATA_DIR to a folder on another disk"
    if free < _LEAST_FREE:
        return Finding("disk", Verdict.FAILED, said, mend)
    if free < _BETTER_FREE:
        return Finding("disk", Verdict.WARNING, said, mend)
    return Finding("disk", Verdict.OK, said)
