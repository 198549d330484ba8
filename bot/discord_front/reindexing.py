"""The command /reindex for those who may manage the server: plan, confirm, progress, rollback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord
from discord import app_commands

from bot.discord_front.embeds import LONGEST_MESSAGE
from bot.discord_front.live_reply import AfterCommand, LiveReply
from bot.discord_front.translating import texts_of
from bot.reindexing import summary_of
from bot.texts import ENGLISH, Texts
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

    @tree.command(name="reindex", description=ENGLISH.reindex)
    @app_commands.describe(what=ENGLISH.reindex_what)
    @app_commands.choices(
        what=[
            app_commands.Choice(name=ENGLISH.reindex_read, value="read"),
            app_commands.Choice(name=ENGLISH.reindex_rollback, value="rollback"),
        ]
    )
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)
    async def reindex_command(interaction: discord.Interaction, what: str = "read") -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        if what == "rollback":
            await _say(interaction, _rollback(reindexing, texts_of(interaction)))
        else:
            await _plan(interaction, reindexing)


async def _plan(interaction: discord.Interaction[Any], reindexing: Reindexing) -> None:
    """Say what would change, and offer to do it."""
    live = LiveReply(AfterCommand(interaction))
    texts = texts_of(interaction)
    try:
        preview = await reindexing.preview(
            lambda progress: live.show(progress_text(progress, texts))
        )
    except RetrievalError as error:
        await live.finish(_refusal(error, texts))
        return
    text = preview_text(preview, texts)
    if preview.changes_nothing:
        await live.finish(text)
        return
    # A plan that says what it would remove is confirmed with it.
    confirm = _Confirm(reindexing, texts, force=preview.refused is not None)
    await live.finish(text, buttons=confirm)


class _Confirm(discord.ui.View):
    """The buttons below a plan. After a restart they say nothing; the command is then used anew."""

    def __init__(self, reindexing: Reindexing, texts: Texts, *, force: bool) -> None:
        super().__init__(timeout=_PATIENCE)
        self._reindexing = reindexing
        self._texts = texts
        self._force = force
        self.go.label = texts.do_it_anyway if force else texts.do_it
        self.cancel.label = texts.cancel
        self.go.style = discord.ButtonStyle.danger if force else discord.ButtonStyle.primary

    @discord.ui.button(custom_id="reindex:go")
    async def go(self, interaction: discord.Interaction, _: discord.ui.Button[_Confirm]) -> None:
        """Reindex, with the progress in the place of the plan."""
        await interaction.response.defer()
        self.stop()
        live = LiveReply(AfterCommand(interaction))
        texts = self._texts
        live.show(texts.beginning)
        try:
            report = await self._reindexing.reindex(
                lambda progress: live.show(progress_text(progress, texts)), force=self._force
            )
        except ReindexRefused as error:
            again = _Confirm(self._reindexing, texts, force=True)
            await live.finish(_refusal(error, texts), buttons=again)
        except RetrievalError as error:
            await live.finish(_refusal(error, texts))
        else:
            await live.finish(report_text(report, texts))

    @discord.ui.button(custom_id="reindex:cancel")
    async def cancel(
        self, interaction: discord.Interaction, _: discord.ui.Button[_Confirm]
    ) -> None:
        """Do nothing."""
        self.stop()
        await interaction.response.edit_message(content=self._texts.cancelled, view=None)


async def _say(interaction: discord.Interaction[Any], sentence: Awaitable[str]) -> None:
    try:
        said = await sentence
    except RetrievalError as error:
        said = _refusal(error, texts_of(interaction))
    await LiveReply(AfterCommand(interaction)).finish(said)


async def _rollback(reindexing: Reindexing, texts: Texts) -> str:
    info = await reindexing.rollback()
    return texts.serves_again.format(built=info.built_at, posts=info.posts, chunks=info.chunks)


def _refusal(error: RetrievalError, texts: Texts) -> str:
    return f"{texts.stays} {error}"[:LONGEST_MESSAGE]


def progress_text(progress: Progress, texts: Texts) -> str:
    """Return how far a reindex has come, in a sentence."""
    if progress.stage is Stage.LOADING:
        return texts.loading_model
    if progress.stage is Stage.READING:
        return texts.reading_pages.format(done=progress.done)
    return texts.embedding.format(done=progress.done, total=progress.total)


def preview_text(preview: Preview, texts: Texts) -> str:
    """Return what a reindex would change."""
    if preview.changes_nothing:
        lines = [texts.nothing_has_changed.format(posts=preview.posts, chunks=preview.chunks)]
    else:
        changes = preview.changes
        lines = [summary_of(preview, texts)]
        for sign, posts in (
            ("+", changes.added), ("~", changes.changed), ("−", changes.removed),
        ):  # fmt: skip
            lines += [f"{sign} {post}" for post in posts[:_SHOWN]]
            if len(posts) > _SHOWN:
                lines.append(f"{sign} {texts.and_more.format(count=len(posts) - _SHOWN)}")
    if preview.refused:
        lines.append(preview.refused)
    return "\n".join(lines + _failed(preview.failed, texts))[:LONGEST_MESSAGE]


def report_text(report: Report, texts: Texts) -> str:
    """Return what a reindex did, with the pages that it could not read."""
    done = texts.reindexed.format(
        seconds=report.seconds,
        posts=report.posts,
        chunks=report.chunks,
        embedded=report.embedded,
        kept=report.kept,
        dropped=report.dropped,
    )
    return "\n".join([done, *_failed(report.failed, texts)])[:LONGEST_MESSAGE]


def _failed(pages: tuple[FailedPage, ...], texts: Texts) -> list[str]:
    if not pages:
        return []
    heading = texts.could_not_be_read.format(count=len(pages))
    return [heading, *(f"- {page.post} {page.why}" for page in pages[:_SHOWN])]
