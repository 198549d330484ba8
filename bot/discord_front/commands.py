"""What a command says that failed."""

from __future__ import annotations

import logging
from contextlib import suppress

import discord
from discord import app_commands

from bot.discord_front.translating import texts_of

_log = logging.getLogger(__name__)


def add_error_reply(tree: app_commands.CommandTree) -> None:
    """Say in a sentence that a command failed."""

    @tree.error
    async def on_error(
        interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        texts = texts_of(interaction)
        if isinstance(error, app_commands.CheckFailure):
            sentence = texts.for_managers
        else:
            _log.error("A command failed", exc_info=error)
            sentence = texts.command_failed
        with suppress(discord.HTTPException):
            if interaction.response.is_done():
                await interaction.followup.send(sentence, ephemeral=True)
            else:
                await interaction.response.send_message(sentence, ephemeral=True)
