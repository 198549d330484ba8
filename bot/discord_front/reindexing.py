"""The command /reindex for those who may manage the server: plan, confirm, progress, rollback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord
from discord import app_commands

from bot.discord_front.embeds import LONGEST_MESSAGE
from bot.discord_front.live_reply import AfterCommand, LiveReply
from retrieval.documents import FailedPage, IndexInfo
from retrieval.errors import ReindexRefused, RetrievalError
from retrieval.reports import Preview, Progress, Report, Stage

_SHOWN = 5  # posts of a kind that are named
_PATIENCE = 600.0  # seconds for which a plan can be confirmed; Discord forgets a command after 900

OnProgress = Callable[[Progress], None]


class Reindexing(Protocol):
    """What the command has done. All raise RetrievalError, and then change nothing."""

    async def preview(self, on_progress: OnProgress) -> Preview:
        """Return what a reindex would do."""

    async def reindex(self, on_progress: OnProgress, *, force: bool = False) -> Report:
        """Bring the index up to the sources, whatever is lost by it if it is forced."""

    async def rollback(self) -> IndexInfo:
        """Let the index before the serving one serve again."""


def add_reindex(tree: app_commands.CommandTree, reindexing: Reindexing) -> None:
    """Add /reindex."""

    @tree.command(name="reindex", description="Read the blog again, what has changed of it")
    @app_commands.describe(what="What to do; to read the blog again if nothing is chosen")
    @app_commands.choices(
        what=[
            app_commands.Choice(name="Read the blog again", value="read"),
            app_commands.Choice(name="Go back to the index before", value="rollback"),
        ]
    )
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)
    async def reindex_command(interaction: discord.Interaction, what: str = "read") -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        if what == "rollback":
            await _say(interaction, _rollback(reindexing))
        else:
            await _plan(interaction, reindexing)


async def _plan(interaction: discord.Interaction[Any], reindexing: Reindexing) -> None:
    """Say what would change, and offer to do it."""
    live = LiveReply(AfterCommand(interaction))
    try:
        preview = await reindexing.preview(lambda progress: live.show(progress_text(progress)))
    except RetrievalError as error:
        await live.finish(_refusal(error))
        return
    text = preview_text(preview)
    if preview.changes_nothing:
        await live.finish(text)
        return
    # A plan that says what it would remove is confirmed with it.
    confirm = _Confirm(reindexing, force=preview.refused is not None)
    await live.finish(text, buttons=confirm)


class _Confirm(discord.ui.View):
    """The buttons below a plan. After a restart they say nothing; the command is then used anew."""

    def __init__(self, reindexing: Reindexing, *, force: bool) -> None:
        super().__init__(timeout=_PATIENCE)
        self._reindexing = reindexing
        self._force = force
        self.go.label = "Do it anyway" if force else "Reindex"
        self.go.style = discord.ButtonStyle.danger if force else discord.ButtonStyle.primary

    @discord.ui.button(custom_id="reindex:go")
    async def go(self, interaction: discord.Interaction, _: discord.ui.Button[_Confirm]) -> None:
        """Reindex, with the progress in the place of the plan."""
        await interaction.response.defer()
        self.stop()
        live = LiveReply(AfterCommand(interaction))
        live.show("Beginning …")
        try:
            report = await self._reindexing.reindex(
                lambda progress: live.show(progress_text(progress)), force=self._force
            )
        except ReindexRefused as error:
            await live.finish(_refusal(error), buttons=_Confirm(self._reindexing, force=True))
        except RetrievalError as error:
            await live.finish(_refusal(error))
        else:
            await live.finish(report_text(report))

    @discord.ui.button(label="Cancel", custom_id="reindex:cancel")
    async def cancel(
        self, interaction: discord.Interaction, _: discord.ui.Button[_Confirm]
    ) -> None:
        """Do nothing."""
        self.stop()
        said = "Nothing was changed."
        await interaction.response.edit_message(content=said, view=None)


async def _say(interaction: discord.Interaction[Any], sentence: Awaitable[str]) -> None:
    try:
        said = await sentence
    except RetrievalError as error:
        said = _refusal(error)
    await LiveReply(AfterCommand(interaction)).finish(said)


async def _rollback(reindexing: Reindexing) -> str:
    info = await reindexing.rollback()
    return (
        f"The index of {info.built_at:%Y-%m-%d %H:%M} UTC serves again: {info.posts} posts in "
        f"{info.chunks} passages. It stays so until the next /reindex."
    )


def _refusal(error: RetrievalError) -> str:
    return f"The index stays as it was. {error}"[:LONGEST_MESSAGE]


def progress_text(progress: Progress) -> str:
    """Return how far a reindex has come, in a sentence."""
    if progress.stage is Stage.LOADING:
        return "Loading the embedding model …"
    if progress.stage is Stage.READING:
        return f"Reading the blog: {progress.done} pages …"
    return f"Embedding what is new: {progress.done} of {progress.total} passages …"


def preview_text(preview: Preview) -> str:
    """Return what a reindex would change."""
    if preview.changes_nothing:
        lines = [f"Nothing has changed: {preview.posts} posts in {preview.chunks} passages."]
    else:
        lines = [preview.summary]
        changes = preview.changes
        for sign, posts in (
            ("+", changes.added), ("~", changes.changed), ("−", changes.removed),
        ):  # fmt: skip
            lines += [f"{sign} {post}" for post in posts[:_SHOWN]]
            if len(posts) > _SHOWN:
                lines.append(f"{sign} and {len(posts) - _SHOWN} more")
    if preview.refused:
        lines.append(preview.refused)
    return "\n".join(lines + _failed(preview.failed))[:LONGEST_MESSAGE]


def report_text(report: Report) -> str:
    """Return what a reindex did, with the pages that it could not read."""
    done = (
        f"Done in {report.seconds:.1f} s: {report.posts} posts in {report.chunks} passages "
        f"({report.embedded} new, {report.kept} kept, {report.dropped} dropped)."
    )
    return "\n".join([done, *_failed(report.failed)])[:LONGEST_MESSAGE]


def _failed(pages: tuple[FailedPage, ...]) -> list[str]:
    if not pages:
        return []
    heading = f"{len(pages)} pages could not be read; what I knew of them stays as it was:"
    return [heading, *(f"- {page.post} {page.why}" for page in pages[:_SHOWN])]
