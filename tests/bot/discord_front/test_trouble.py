"""Discord fails in every way that it does, many ask at once, and everybody has an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.discord_front.admission import Admission, Limits
from tests.bot.discord_front.running import POWER, answer, running
from tests.fake_discord import FakeDiscord
from tests.fake_llm import FakeLLM

MESSAGES = r"^/channels/\d+/messages"
LINK = "(<https://"


@pytest.mark.parametrize("via", [True, False], ids=["with Via", "without Via"])
async def test_a_limit_that_nobody_could_know_of_delays_the_answer_or_is_logged(
    via: bool,
    discord: FakeDiscord,
    configured: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    configured()
    async with running(discord):
        discord.limit429(MESSAGES, 0.2, method="POST", via=via)
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        # Without that header discord.py takes it for a ban and does not try again; we do.
        await answer(discord, containing=LINK)


async def test_an_edit_that_fails_is_made_good_by_the_next(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.5)
    async with running(discord):
        discord.fault(MESSAGES + r"/\d+$", method="PATCH", status=500, times=1)
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        record = await answer(discord, containing=LINK)
    assert "£96.06 a year [1]." in record.content


async def test_a_gateway_that_is_cut_in_the_middle_of_an_answer_costs_nothing(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.3)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await discord.wait(lambda: discord.bot_messages)
        discord.drop_gateway()
        await answer(discord, containing=LINK)
        await discord.wait(lambda: discord.connected)
    assert len(discord.bot_messages) == 1


async def test_a_session_that_cannot_be_resumed_answers_nothing_twice(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing=LINK)
        discord.accept_resume = False
        discord.drop_gateway()
        await discord.wait(lambda: not discord.connected)
        await discord.wait(lambda: discord.connected, 15)
        await discord.user_message(f"{discord.bot.mention} {POWER} Again?")
        await discord.wait(lambda: len(discord.bot_messages) == 2, 10)
        await asyncio.sleep(0.3)
    assert len(discord.bot_messages) == 2


async def test_an_interaction_that_came_too_late_does_no_harm(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        discord.interaction_lifetime = 0
        await discord.slash("ask", question=POWER)
        await asyncio.sleep(0.2)
        discord.interaction_lifetime = 3
        interaction = await discord.slash("ask", question=POWER)
        record = await interaction.filled()
        await discord.wait(lambda: LINK in record.content)


async def test_an_answer_that_a_moderator_deletes_while_it_grows_is_not_written_again(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.4)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await discord.wait(lambda: discord.bot_messages)
        await discord.delete_message(discord.bot_messages[0])
        await asyncio.sleep(2.0)
        await discord.user_message(f"{discord.bot.mention} {POWER} Again?")
        await answer(discord, containing=LINK)


async def test_who_asks_too_much_is_told_when_to_ask_again(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord, admission=Admission(Limits(person=1))):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing=LINK)
        interaction = await discord.slash("ask", question=POWER)
        record = await interaction.filled()
    assert "Ask me again in" in record.content


async def test_an_answer_that_failed_is_not_counted(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say(status=503, body={"error": "busy"})
    async with running(discord, admission=Admission(Limits(person=1))):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing=LINK)
        interaction = await discord.slash("ask", question=POWER)
        record = await interaction.filled()
        await discord.wait(lambda: LINK in record.content)


async def test_those_who_wait_see_their_place_and_beyond_the_queue_posts_are_quoted_at_once(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs £96.06 a year [1].", before_first=1.5)
    async with running(discord, admission=Admission(Limits(at_once=1, waiting=1))):
        running_now = await discord.slash("ask", question=POWER)
        await asyncio.sleep(0.2)
        waits = await discord.slash("ask", question=f"{POWER} 2", member=discord.admin)
        waiting = await waits.filled()
        await discord.wait(lambda: "You are number 1" in waiting.content)
        third = await (await discord.slash("ask", question=f"{POWER} 3")).filled()
        await discord.wait(lambda: LINK in third.content)
        assert third.content.startswith("> ")
        first = await running_now.filled()
        await discord.wait(lambda: LINK in first.content and LINK in waiting.content, 10)
    assert waiting.content.startswith("It costs")


async def test_the_same_question_of_two_is_asked_of_the_llm_once(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs £96.06 a year [1].", before_first=0.5)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await discord.user_message(f"{discord.bot.mention} {POWER}", author=discord.admin)
        await discord.wait(
            lambda: sum(LINK in message.content for message in discord.bot_messages) == 2, 10
        )
    assert len(llm.chats) == 1


async def test_fifty_who_ask_at_once_are_all_answered_and_the_loop_never_waits(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs £96.06", " a year [1].", before_first=0.3)
    limits = Limits(person=100, guild=100, at_once=4, waiting=50)
    lags: list[float] = []

    async def watch() -> None:
        # By the time of this thread alone: other tests take their share of the machine.
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.01)
            lags.append(time.thread_time() - before)

    async with running(discord, admission=Admission(limits)) as app:
        await app.load_models()
        await (await discord.slash("ask", question=f"{POWER} First?")).filled()
        watching = asyncio.create_task(watch())
        asked = [await discord.slash("ask", question=f"{POWER} {number}") for number in range(50)]
        records = [await one.filled() for one in asked]
        await discord.wait(lambda: all(LINK in record.content for record in records), 60)
        watching.cancel()
    p99 = sorted(lags)[int(0.99 * len(lags))]
    assert p99 < 0.05
