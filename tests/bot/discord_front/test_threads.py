"""Answers in threads of their own, where the owner wants them."""

from __future__ import annotations

from collections.abc import Callable

from bot.discord_front.client import Furnishing
from tests.bot.discord_front.running import POWER, answer, running
from tests.fake_discord import FakeDiscord
from tests.fake_discord.guild import Thread
from tests.fake_llm import FakeLLM

THREADS = Furnishing(open_threads=True)


async def test_a_question_is_answered_in_a_thread_that_goes_on_without_mentions(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    discord.message_content_intent = True
    configured()
    async with running(discord, furnishing=THREADS, message_content=True):
        asked = await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        thread = reply.channel
        assert isinstance(thread, Thread)
        llm.will_say("Ten [1].")
        await discord.user_message("And how many watts is that?", thread=thread)
        await answer(discord, containing="Ten [1]")
    assert (thread.id, thread.name) == (asked["id"], POWER)
    assert {record.channel.id for record in discord.bot_messages} == {thread.id}
    said = [message["content"] for message in llm.chats[-1]["messages"][1:-1]]
    assert said[0] == POWER, "the question that the thread was opened on is part of it"
    assert said[1].startswith("It costs")


async def test_without_the_permission_the_answer_stands_in_the_channel_and_the_owner_is_told(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    await discord.deny(discord.channel, "create_public_threads")
    async with running(discord, furnishing=THREADS):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        told = await answer(discord, containing="*Create Public Threads*")
    assert reply.channel.id == discord.channel.id
    assert told.channel.recipient is not None


async def test_a_thread_that_cannot_be_opened_costs_no_answer(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    discord.fault("/threads", status=400)
    async with running(discord, furnishing=THREADS):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
    assert reply.channel.id == discord.channel.id


async def test_a_deleted_question_takes_its_answer_out_of_the_thread(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord, furnishing=THREADS):
        asked = await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        await discord.delete_message(asked)
        await discord.wait(lambda: reply.deleted_at is not None)
