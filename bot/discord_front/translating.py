"""Says things in the language that somebody reads Discord in; the names of commands stay.

A command is declared with its English texts; Discord is given the same text of every language.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import discord
from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Where

from bot.texts import ENGLISH, Texts, texts_in

_TRANSLATED = {
    *(Where.command_description, Where.parameter_description),
    Where.choice_name,
}
_FIELD_OF = {str(getattr(ENGLISH, field.name)): field.name for field in fields(ENGLISH)}


def texts_of(interaction: discord.Interaction[Any]) -> Texts:
    """Return the texts in the language of who used a command or a button."""
    return texts_in(str(interaction.locale))


class CommandTranslator(app_commands.Translator):
    """Translates what Discord shows of the commands."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a locale; None keeps the English one."""
        texts = texts_in(str(locale))
        menu = context.location is Where.command_name and isinstance(
            context.data, app_commands.ContextMenu
        )
        field = _FIELD_OF.get(string.message)
        if texts is ENGLISH or field is None or not (menu or context.location in _TRANSLATED):
            return None
        return str(getattr(texts, field))
