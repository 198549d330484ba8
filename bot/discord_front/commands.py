"""What a command says that failed."""

from __future__ import annotations

import logging
from contextlib import suppress

import discord
from discord import app_commands

_log = logging.getLogger(__name__)


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
