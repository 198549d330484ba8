"""The command /reindex for those who may manage the server, and what a failed command says."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord
from discord import app_commands

from bot.discord_front.embeds import LONGEST_MESSAGE
from bot.discord_front.live_reply import AfterCommand, LiveReply
from retrieval.errors import RetrievalError
from retrieval.indexing import Progress, Report, Stage

_SHOWN_FAILURES = 5

Reindex = Callable[[Callable[[Progress], None]], Awaitable[Report]]

_log = logging.getLogger(__name__)


def add_reindex(tree: app_commands.CommandTree, reindex: Reindex) -> None:
    """Add /reindex."""

    @tree.command(name="reindex", description="Read the blog again, what has changed of it")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)
    async def reindex_command(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        live = LiveReply(AfterCommand(interaction))
        try:
            report = await reindex(lambda progress: live.show(progress_text(progress)))
        except RetrievalError as error:
            await live.finish(f"The index stays as it was. {error}"[:LONGEST_MESSAGE])
        else:
            await live.finish(report_text(report))


def add_error_reply(tree: app_commands.CommandTree) -> None:
    """Say in a sentence that a command failed."""

    @tree.error
    async def on_error(
        interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        if isinstance(error, app_commands.CheckFailure):
            sentence = "This command is for people who may manage the server."
        else:
            _log.error("A command failed", exc_info=error)
            sentence = "Something went wrong; my log tells the owner what."
        with suppress(discord.HTTPException):
            if interaction.response.is_done():
                await interaction.followup.send(sentence, ephemeral=True)
            else:
                await interaction.response.send_message(sentence, ephemeral=True)


def progress_text(progress: Progress) -> str:
    """Return how far a reindex has come, in a sentence."""
    if progress.stage is Stage.LOADING:
        return "Loading the embedding model …"
    if progress.stage is Stage.READING:
        return f"Reading the blog: {progress.done} pages …"
    return f"Embedding what is new: {progress.done} of {progress.total} passages …"


def report_text(report: Report) -> str:
    """Return what a reindex did, with the pages that it could not read."""
    done = (
        f"Done in {report.seconds:.1f} s: {report.posts} posts in {report.chunks} passages "
        f"({report.embedded} new, {report.kept} kept, {report.dropped} dropped)."
    )
    lines = [done]
    if report.failed:
        lines.append(
            f"{len(report.failed)} pages could not be read; what I knew of them stays as it was:"
        )
        lines += [f"- {page.post} {page.why}" for page in report.failed[:_SHOWN_FAILURES]]
    return "\n".join(lines)[:LONGEST_MESSAGE]
