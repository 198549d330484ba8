"""The commands that look after a bot that runs: askben doctor."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import ChecksFailed

if TYPE_CHECKING:
    from bot.assembly import App


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
