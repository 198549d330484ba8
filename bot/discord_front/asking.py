"""The commands for everybody: to ask, to be helped, to be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import discord
from discord import app_commands

from bot.answering.types import Question
from bot.discord_front.admission import Asker
from bot.discord_front.deciding import Policy
from bot.discord_front.live_reply import AfterCommand
from bot.discord_front.replying import Desk, reply
from bot.discord_front.translating import texts_of
from bot.journal.votes import Votes
from bot.texts import ENGLISH

_LONGEST_QUESTION = 1000  # characters


def add_asking(
    tree: app_commands.CommandTree,
    *,
    desk: Desk,
    clock: Callable[[], datetime],
    policy: Policy,
) -> None:
    """Add /ask and the menu of messages."""

    async def answer(interaction: discord.Interaction, text: str, *, private: bool) -> None:
        if not _is_allowed(interaction, policy):
            await interaction.response.send_message(texts_of(interaction).not_here, ephemeral=True)
            return
        await interaction.response.defer(thinking=True, ephemeral=private)
        question = Question(text, clock(), locale=str(interaction.locale))
        place = AfterCommand(interaction)
        asker = Asker(interaction.user.id, interaction.guild_id or 0)
        with desk.running.counted():
            await reply(desk, question, place, asker=asker)

    @tree.command(name="ask", description=ENGLISH.ask)
    @app_commands.describe(question=ENGLISH.ask_question, only_for_me=ENGLISH.ask_only_for_me)
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, _LONGEST_QUESTION],
        only_for_me: bool = False,
    ) -> None:
        await answer(interaction, question, private=only_for_me)

    @tree.context_menu(name=ENGLISH.ask_about_message)
    async def ask_about(interaction: discord.Interaction, message: discord.Message) -> None:
        text = " ".join(message.content.split())[:_LONGEST_QUESTION]
        if text:
            await answer(interaction, text, private=False)
        else:
            await interaction.response.send_message(texts_of(interaction).no_text, ephemeral=True)


def add_help(tree: app_commands.CommandTree, votes: Votes) -> None:
    """Add /help and /forget-me."""

    @tree.command(name="help", description=ENGLISH.help)
    async def help_command(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(texts_of(interaction).how_to_ask, ephemeral=True)

    @tree.command(name="forget-me", description=ENGLISH.forget_me)
    async def forget_me(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        gone = await votes.forget(interaction.user.id)
        await interaction.edit_original_response(
            content=texts_of(interaction).forgotten.format(votes=gone)
        )


def _is_allowed(interaction: discord.Interaction, policy: Policy) -> bool:
    """Tell whether the settings allow an answer here. Commands work in direct messages, too."""
    if interaction.guild_id is None:
        return True
    channel = interaction.channel
    above = (
        interaction.channel_id,
        getattr(channel, "parent_id", None),
        getattr(channel, "category_id", None),
    )
    roles = frozenset(role.id for role in getattr(interaction.user, "roles", ()))
    return policy.allows(interaction.guild_id, frozenset(id_ for id_ in above if id_), roles)
