"""The commands /posts, for everybody, and /status, for those who may manage the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import app_commands

from bot.answering.archive import Archive, PostLink
from bot.discord_front.embeds import LONGEST_MESSAGE, link_line
from bot.discord_front.translating import texts_of
from bot.status import StatusLine
from bot.texts import ENGLISH, Texts
from retrieval.errors import RetrievalError

_LONGEST_CHOICE = 100  # characters, by Discord
_SIGNS = {"ok": "🟢", "degraded": "🟡", "down": "🔴"}


AskStatus = Callable[[], Awaitable[Sequence[StatusLine]]]
_Choices = list[app_commands.Choice[str]]


def add_posts(tree: app_commands.CommandTree, archive: Archive) -> None:
    """Add /posts, which offers topics, tags and years while they are typed."""

    @tree.command(name="posts", description=ENGLISH.list_posts)
    @app_commands.describe(
        topic=ENGLISH.posts_topic, tag=ENGLISH.posts_tag, year=ENGLISH.posts_year
    )
    async def posts(
        interaction: discord.Interaction,
        topic: app_commands.Range[str, 1, 200] | None = None,
        tag: app_commands.Range[str, 1, 100] | None = None,
        year: app_commands.Range[int, 1970, 2100] | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        texts = texts_of(interaction)
        try:
            found = await archive.posts(topic=topic, tag=tag, year=year)
        except RetrievalError:
            said = texts.search_trouble
        else:
            said = links_text(found, texts)
        await interaction.edit_original_response(content=said)

    @posts.autocomplete("topic")
    async def offer_topics(_: discord.Interaction, typed: str) -> _Choices:
        return _choices(await archive.topics(typed))

    @posts.autocomplete("tag")
    async def offer_tags(_: discord.Interaction, typed: str) -> _Choices:
        return _choices(await archive.tags(typed))

    @posts.autocomplete("year")
    async def offer_years(_: discord.Interaction, typed: str) -> _Choices:
        years = [str(year) for year in await archive.years()]
        return _choices([year for year in years if year.startswith(str(typed))][:25])


def add_status(tree: app_commands.CommandTree, ask_status: AskStatus) -> None:
    """Add /status."""

    @tree.command(name="status", description=ENGLISH.status)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)
    async def status(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        lines = [
            f"{_SIGNS.get(line.state, '⚪')} **{line.name}**: {line.detail}"
            for line in await ask_status()
        ]
        await interaction.edit_original_response(content="\n".join(lines)[:LONGEST_MESSAGE])


def links_text(posts: Sequence[PostLink], texts: Texts = ENGLISH) -> str:
    """Return posts as lines of links, as many as fit into a message."""
    lines = [f"- {link_line(post.title, post.url, post.date, texts)}" for post in posts]
    while len("\n".join(lines)) > LONGEST_MESSAGE:
        lines.pop()
    return "\n".join(lines) or texts.no_such_post


def _choices(names: Sequence[str]) -> _Choices:
    short = dict.fromkeys(name[:_LONGEST_CHOICE] for name in names)
    return [app_commands.Choice(name=name, value=name) for name in short]
