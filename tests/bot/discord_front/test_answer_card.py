"""The buttons below an answer and the commands around it, through the real client."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from bot.discord_front.deciding import Policy
from bot.settings import load_settings
from tests.bot.discord_front.running import POWER, answer, running
from tests.fake_discord import FakeDiscord, MessageRecord
from tests.fake_llm import FakeLLM


def button(reply: MessageRecord, action: str) -> str:
    ids: list[str] = [item["custom_id"] for row in reply.components for item in row["components"]]
    return next(id_ for id_ in ids if id_.startswith(f"askben:{action}:"))


def votes_kept() -> list[tuple[int, int, int]]:
    file = load_settings().data_dir / "journal.sqlite"
    journal = sqlite3.connect(file)
    try:
        return journal.execute("SELECT answer, person, helpful FROM votes").fetchall()
    finally:
        journal.close()


async def answered(discord: FakeDiscord) -> MessageRecord:
    await discord.user_message(f"{discord.bot.mention} {POWER}")
    return await answer(discord, containing="(<https://")


async def test_the_passages_are_shown_to_who_wants_them(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        reply = await answered(discord)
        click = await discord.click(reply, button(reply, "passages"), member=discord.admin)
        shown = await click.filled()
    assert shown.ephemeral
    assert "> " in shown.content
    assert "£96.06" in shown.content


async def test_a_person_has_one_vote_and_it_can_be_cast_after_a_restart(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        reply = await answered(discord)
        await (await discord.click(reply, button(reply, "helpful"))).filled()
    person = int(discord.member.user.id)
    assert votes_kept() == [(int(reply.id), person, 1)]
    async with running(discord):
        voted = await (await discord.click(reply, button(reply, "unhelpful"))).filled()
        assert voted.ephemeral
        passages = await (await discord.click(reply, button(reply, "passages"))).filled()
        assert "£96.06" in passages.content
        assert votes_kept() == [(int(reply.id), person, 0)]
        await (await discord.slash("forget-me")).filled()
    assert votes_kept() == []


@pytest.mark.parametrize("who", ["asker", "moderator"])
async def test_the_asker_and_moderators_may_remove_an_answer(
    who: str, discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        reply = await answered(discord)
        member = discord.member if who == "asker" else discord.admin
        await discord.click(reply, button(reply, "remove"), member=member)
        await discord.wait(lambda: reply.deleted_at)


async def test_others_may_not_remove_an_answer(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        reply = await answered(discord)
        other = await discord.add_member("other")
        click = await discord.click(reply, button(reply, "remove"), member=other)
        assert "Only who asked" in (await click.filled()).content
    assert reply.deleted_at is None


async def test_ask_can_answer_the_asker_alone(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        interaction = await discord.slash("ask", question=POWER, only_for_me=True)
        record = await interaction.filled()
        await discord.wait(lambda: "(<https://" in record.content)
    assert record.ephemeral


async def test_a_message_can_be_asked_about_from_its_menu(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        message = await discord.user_message(POWER)
        interaction = await discord.context_menu(
            "Ask about this message", message, member=discord.admin
        )
        record = await interaction.filled()
        await discord.wait(lambda: "(<https://" in record.content)
    assert POWER in llm.chats[0]["messages"][-1]["content"]


async def test_a_command_is_not_answered_in_a_blocked_channel(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    blocked = frozenset({(int(discord.guild.id), int(discord.channel.id))})
    async with running(discord, policy=Policy(blocked_channels=blocked)):
        said = await (await discord.slash("ask", question=POWER)).filled()
        helped = await (await discord.slash("help")).filled()
    assert "do not answer here" in said.content
    assert "/forget-me" in helped.content
    assert llm.chats == []
