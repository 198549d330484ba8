"""The bot speaks the language of who asks: in answers, on buttons, and in the list of commands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.texts import LANGUAGES
from tests.bot.discord_front.running import answer, running
from tests.fake_discord import FakeDiscord

GERMAN, CHINESE = LANGUAGES["german"], LANGUAGES["chinese"]


async def test_a_refusal_is_in_the_language_of_the_question(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} Wie wird das Wetter morgen in Oslo?")
        reply = await answer(discord, containing="keine Antwort gefunden")
    assert "Die nächstliegenden Beiträge" in reply.content


async def test_a_word_that_is_of_every_language_is_answered_in_that_of_the_server(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    discord.guild.locale = "es-ES"
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} Zeppelin?")
        await answer(discord, containing="No he encontrado respuesta")


async def test_buttons_are_in_the_language_of_the_question_and_answer_in_that_of_who_presses(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    discord.member.user.locale = "zh-CN"
    configured()
    async with running(discord):
        await discord.user_message(
            f"{discord.bot.mention} Wie ist das mit der home server power bill?"
        )
        reply = await answer(discord, containing="(<https://")
        buttons = [button for row in reply.components for button in row["components"]]
        helpful = next(b["custom_id"] for b in buttons if ":helpful:" in b["custom_id"])
        thanked = await (await discord.click(reply, helpful)).filled()
    assert [button.get("label") for button in buttons][:2] == [
        GERMAN.show_passages,
        GERMAN.related_posts,
    ]
    assert thanked.content == CHINESE.thanks


async def test_help_and_the_reindex_are_in_the_language_of_who_uses_them(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    discord.admin.user.locale = "de"
    configured()
    async with running(discord):
        told = await (await discord.slash("help", member=discord.admin)).filled()
        plan = await (await discord.slash("reindex", member=discord.admin)).filled()
        await discord.wait(lambda: plan.content.startswith("Nichts hat sich geändert"))
    assert told.content == GERMAN.how_to_ask


@pytest.mark.parametrize(("locale", "language"), [("de", "german"), ("es-419", "spanish")])
async def test_discord_is_given_the_commands_in_every_language(
    locale: str, language: str, discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        commands = {command["name"]: command for command in discord.commands}
    texts = LANGUAGES[language]
    assert commands["ask"]["description_localizations"][locale] == texts.ask
    option = commands["posts"]["options"][0]
    assert option["description_localizations"][locale] == texts.posts_topic
    menu = commands["Ask about this message"]
    assert menu["name_localizations"][locale] == texts.ask_about_message
    choices = commands["reindex"]["options"][0]["choices"]
    assert choices[1]["name_localizations"][locale] == texts.reindex_rollback
    assert not commands["ask"].get("name_localizations"), "names stay, for texts speak of them"
