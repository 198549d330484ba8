"""The commands that look after the index and the bot: askben index, doctor, backup and restore."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import ChecksFailed, PagesFailed

if TYPE_CHECKING:
    from bot.assembly import App
    from retrieval.documents import IndexInfo
    from retrieval.reports import Report


async def index(app: App, arguments: argparse.Namespace) -> None:
    """Bring the index up to the sources, say what that would do, or go back to the one before.

    Raises PagesFailed where pages could not be read, and RetrievalError.
    """
    from bot import contract, terminal

    if arguments.rollback:
        info = await app.indexer.rollback()
        if arguments.json:
            terminal.print_json(contract.info_to_json(info))
        else:
            terminal.print_rollback(info)
    elif arguments.dry_run:
        with terminal.ProgressBar() as bar:
            preview = await app.indexer.preview(app.sources(arguments.source), bar.show)
        if arguments.json:
            terminal.print_json(contract.preview_to_json(preview))
        else:
            terminal.print_preview(preview)
    else:
        report = await reindex(app, arguments.source, force=arguments.force)
        if arguments.json:
            terminal.print_json(contract.report_to_json(report))
        else:
            terminal.print_report(report)
        if report.failed:
            first = report.failed[0]
            raise PagesFailed(
                f"{len(report.failed)} of the pages could not be indexed, such as {first.post}: "
                f"it {first.why}; the others are, and what was indexed of these before is kept"
            )


async def reindex(app: App, source_names: list[str] | None, *, force: bool = False) -> Report:
    """Bring the index up to the sources, with a progress bar. Raises RetrievalError."""
    from bot.terminal import ProgressBar

    with ProgressBar() as bar:
        return await app.indexer.reindex(app.sources(source_names), bar.show, force=force)


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


async def stats(app: App, arguments: argparse.Namespace) -> None:
    """Print what the journal says. Raises UsageError where there is none."""
    from bot import terminal
    from bot.assembly import JOURNAL
    from bot.journal.answers import read_answers
    from bot.statistics import summarize

    file = app.settings.data_dir / JOURNAL
    summary = summarize(read_answers(file))
    if arguments.json:
        terminal.print_json(summary)
    elif not summary["answers"]:
        print(f"There is no journal in {file} yet; the bot writes one while it runs")
    else:
        terminal.print_statistics(summary, questions=app.settings.journal_questions)


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
