"""The commands that look after a bot that runs: askben doctor, backup and restore."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import ChecksFailed

if TYPE_CHECKING:
    from bot.assembly import App
    from retrieval.documents import IndexInfo


async def doctor(app: App, arguments: argparse.Namespace) -> None:
    """Print what the doctor finds. Raises ChecksFailed where something does not work."""
    from bot import terminal
    from bot.doctor import diagnose
    from bot.doctor.findings import failed, to_json, to_line

    found = await diagnose(
        app.settings,
        store=app.store,
        embedder=app.embedder,
        sources=app.sources,
        clock=lambda: datetime.now(UTC),
    )
    if arguments.json:
        terminal.print_json(to_json(found))
    else:
        for finding in found:
            print(to_line(finding))
    if bad := failed(found):
        raise ChecksFailed(f"{len(bad)} of {len(found)} checks failed; each says how to mend it")


async def backup(app: App, arguments: argparse.Namespace) -> None:
    """Write the serving index to a file. Raises StoreError."""
    info = await app.backup().back_up(arguments.file)
    print(f"Backed up {_described(info)} to {arguments.file}")


async def restore(app: App, arguments: argparse.Namespace) -> None:
    """Let the index in a file serve. Raises StoreError."""
    info = await app.backup().restore(arguments.file)
    print(f"Restored {_described(info)} from {arguments.file}")


def _described(info: IndexInfo) -> str:
    return f"{info.posts} posts in {info.chunks} chunks, built {info.built_at:%Y-%m-%d %H:%M} UTC,"
