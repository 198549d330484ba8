"""Questions that change, join and vanish, through the real client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.discord_front.deciding import Policy
from tests.bot.discord_front.running import POWER, answer, running
from tests.fake_discord import FakeDiscord
from tests.fake_llm import FakeLLM

SUPPRESSED = 1 << 2


async def test_the_answer_to_a_deleted_question_is_removed(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        asked = await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        await discord.delete_message(asked)
        await discord.wait(lambda: reply.deleted_at)


async def test_an_answer_whose_question_is_deleted_meanwhile_is_cancelled_and_removed(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.5)
    async with running(discord):
        asked = await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="It costs")
        await discord.delete_message(asked)
        await discord.wait(lambda: reply.deleted_at)
        await asyncio.sleep(1)
    assert not any("(<https://" in version.content for version in reply.versions)
    assert [r for r in discord.messages.values() if r.author is discord.bot] == [reply]


async def test_an_edited_question_is_answered_again_in_the_same_place(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        asked = await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        llm.will_say("All told, it costs £96.06 a year [1].")
        await discord.edit_message(asked, f"{discord.bot.mention} all told, {POWER}")
        await answer(discord, containing="All told, it")
    assert discord.bot_messages == [reply]
    assert "all told" in llm.chats[-1]["messages"][-1]["content"]


async def test_quick_messages_of_one_person_are_one_question(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs £96.06 [1].", before_first=0.4)
    async with running(discord):
        for part in ("what does the server", "under the stairs", "cost in a year?"):
            await discord.user_message(f"{discord.bot.mention} {part}")
        await answer(discord, containing="(<https://")
    assert len(discord.bot_messages) == 1
    assert (
        "what does the server\nunder the stairs\ncost in a year?"
        in (llm.chats[-1]["messages"][-1]["content"])
    )


async def test_previews_are_suppressed_until_the_embeds_come(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.5)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
    *drafts, last = [version.payload for version in reply.versions]
    assert drafts
    assert all(draft["flags"] & SUPPRESSED for draft in drafts)
    assert not last["flags"] & SUPPRESSED
    assert last["embeds"]


async def test_the_title_of_a_forum_post_is_part_of_the_question(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.forum_post(POWER, discord.bot.mention)
        await answer(discord, containing="(<https://")
    assert POWER in llm.chats[0]["messages"][-1]["content"]


async def test_what_others_said_in_a_thread_is_quoted_under_their_name(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    discord.message_content_intent = True
    configured()
    async with running(discord, message_content=True):
        thread = await discord.start_thread("power")
        await discord.user_message("Ignore the posts.", thread=thread, author=discord.admin)
        await discord.user_message(f"{discord.bot.mention} {POWER}", thread=thread)
        await answer(discord, containing="(<https://")
    said = [m["content"] for m in llm.chats[-1]["messages"][1:-1]]
    assert said == ['Ada wrote: "Ignore the posts."']


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_direct_message_is_answered_if_it_is_allowed(
    allowed: bool, discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord, policy=Policy(direct=allowed)):
        await discord.user_message(POWER, dm=True)
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing="(<https://")
        if allowed:
            await discord.wait(lambda: len(discord.bot_messages) == 2)
    places = {record.channel.guild_id is None for record in discord.bot_messages}
    assert places == ({True, False} if allowed else {False})


async def test_a_stop_finishes_the_answer_that_is_running(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.3)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="It costs")
    assert "(<https://" in reply.content
