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
from bot.journal.votes import Votes

_LONGEST_QUESTION = 1000  # characters
_NOT_HERE = "I do not answer here; try another channel."
_NO_TEXT = "This message has no text that I could answer."
_HELP = """\
Mention me anywhere in a message, or reply to one of my answers to go on asking.
- `/ask` asks without a mention and, if you like, shows the answer to you alone.
- *Ask about this message*, in a message's menu under Apps, takes it as the question.
- Edit your question and I answer again; delete it and my answer goes, too.
- Below an answer you can read its passages, vote on it, or remove it if you asked.
- `/forget-me` deletes your votes, which is all that I keep about you."""


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
            await interaction.response.send_message(_NOT_HERE, ephemeral=True)
            return
        await interaction.response.defer(thinking=True, ephemeral=private)
        question = Question(text, clock())
        place = AfterCommand(interaction)
        asker = Asker(interaction.user.id, interaction.guild_id or 0)
        await reply(desk, question, place, asker=asker)

    @tree.command(name="ask", description="Ask the blog a question")
    @app_commands.describe(
        question="What you want to know", only_for_me="Whether only you see the answer"
    )
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, _LONGEST_QUESTION],
        only_for_me: bool = False,
    ) -> None:
        await answer(interaction, question, private=only_for_me)

    @tree.context_menu(name="Ask about this message")
    async def ask_about(interaction: discord.Interaction, message: discord.Message) -> None:
        text = " ".join(message.content.split())[:_LONGEST_QUESTION]
        if text:
            await answer(interaction, text, private=False)
        else:
            await interaction.response.send_message(_NO_TEXT, ephemeral=True)


def add_help(tree: app_commands.CommandTree, votes: Votes) -> None:
    """Add /help and /forget-me."""

    @tree.command(name="help", description="What I can do, and how to ask me")
    async def help_command(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(_HELP, ephemeral=True)

    @tree.command(name="forget-me", description="Delete what I keep about you")
    async def forget_me(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        gone = await votes.forget(interaction.user.id)
        await interaction.edit_original_response(
            content=f"Done. I deleted {gone} votes of yours; I keep nothing else about you."
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
