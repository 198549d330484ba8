"""The bot as a process of its own: it starts with a token, stops when asked, says why it cannot."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.texts import ENGLISH
from tests.conftest import EXAMPLE_BLOG, EXAMPLE_SITE, REPOSITORY
from tests.fake_blog import fake_blog
from tests.fake_discord import FakeDiscord
from tests.fake_llm import Ending, FakeLLM


@asynccontextmanager
async def process(
    command: str, data: Path, discord: FakeDiscord, token: str, **more: str
) -> AsyncIterator[Process]:
    settings = {
        "ASKBEN_SOURCES": str(EXAMPLE_BLOG),
        "ASKBEN_SITE_URL": EXAMPLE_SITE,
        "ASKBEN_DATA_DIR": str(data),
        "ASKBEN_DISCORD_TOKEN": token,
        "ASKBEN_DISCORD_API_URL": discord.api_url,
        "PYTHONPATH": str(REPOSITORY),
        **more,
    }
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", command),
        env={**os.environ, **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


@pytest.mark.parametrize("command", ["run", "start"])
async def test_with_a_token_the_bot_answers_in_discord_until_it_is_told_to_stop(
    command: str, example_data: Path
) -> None:
    async with (
        FakeDiscord() as discord,
        process(command, example_data, discord, discord.token) as bot,
    ):
        await discord.wait(lambda: discord.connected and discord.commands, 30)
        asked = "What does the server under the stairs cost in a year?"
        await discord.user_message(f"{discord.bot.mention} {asked}")
        await discord.wait(lambda: any("£96.06" in m.content for m in discord.bot_messages), 20)
        bot.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(bot.communicate(), 10)
    assert bot.returncode == 0
    assert b"Traceback" not in err
    assert discord.token.encode() not in err


async def test_a_wrong_token_is_one_sentence_and_no_traceback(example_data: Path) -> None:
    async with (
        FakeDiscord() as discord,
        process("run", example_data, discord, "wrong.token.here") as bot,
    ):
        out, err = await asyncio.wait_for(bot.communicate(), 30)
    assert bot.returncode == 1
    assert b"refused the token" in err
    assert b"ASKBEN_DISCORD_TOKEN" in err
    assert b"Traceback" not in out + err
    assert b"wrong.token.here" not in out + err


async def test_after_an_event_that_cannot_be_parsed_the_bot_comes_back(example_data: Path) -> None:
    async with (
        FakeDiscord() as discord,
        process("run", example_data, discord, discord.token) as bot,
    ):
        await discord.wait(lambda: discord.connected and discord.commands, 30)
        before = await discord.user_message(f"{discord.bot.mention} How many keys are there?")
        await discord.wait(lambda: len(discord.bot_messages) == 1, 20)
        await discord.gateway.dispatch("MESSAGE_CREATE", {"id": "no number"})
        await discord.wait(lambda: [r.op for r in discord.gateway_in].count(2) == 2, 30)
        await discord.wait(lambda: discord.connected, 10)
        await discord.gateway.dispatch("MESSAGE_CREATE", before)  # as after a lost connection
        asked = "What does the server under the stairs cost in a year?"
        await discord.user_message(f"{discord.bot.mention} {asked}")
        await discord.wait(lambda: any("£96.06" in m.content for m in discord.bot_messages), 20)
        assert len(discord.bot_messages) == 2
        bot.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(bot.communicate(), 10)
    assert bot.returncode == 0
    assert b"another one starts in 1 s" in err
    assert discord.token.encode() not in err


async def test_a_stop_ends_what_goes_on_for_ever_and_says_so(example_data: Path) -> None:
    async with FakeLLM() as llm, FakeDiscord() as discord:
        llm.will_say("Well", ending=Ending.STALL)
        llm_settings = {"ASKBEN_LLM_URL": llm.url, "ASKBEN_ANSWER_DEADLINE": "600"}
        async with process("run", example_data, discord, discord.token, **llm_settings) as bot:
            await discord.wait(lambda: discord.connected and discord.commands, 30)
            asked = "What does the server under the stairs cost in a year?"
            await discord.user_message(f"{discord.bot.mention} {asked}")
            command = await discord.slash("ask", question=f"{asked} Please.")
            async with asyncio.timeout(20):  # both are being answered, after the warm-up
                while sum("under the stairs" in str(chat) for chat in llm.chats) < 2:
                    await asyncio.sleep(0.05)
            bot.send_signal(signal.SIGTERM)
            await asyncio.wait_for(bot.communicate(), 10)
        record = await command.filled()
    assert bot.returncode == 0
    assert [one.content for one in discord.bot_messages] == [ENGLISH.stopping] * 2
    assert record.content == ENGLISH.stopping


async def test_the_health_port_tells_how_the_running_bot_is(
    example_data: Path, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with (
        FakeDiscord() as discord,
        process(
            "run", example_data, discord, discord.token, ASKBEN_HEALTH_PORT=str(unused_tcp_port)
        ) as bot,
        aiohttp.ClientSession() as session,
    ):
        await discord.wait(lambda: discord.connected and discord.commands, 30)
        await discord.user_message(f"{discord.bot.mention} What does the server cost in a year?")
        await discord.wait(lambda: discord.bot_messages, 20)
        async with session.get(f"{url}/readyz") as response:
            ready = await response.json()
            assert response.status == 200
        discord.drop_gateway()
        metrics = ""
        async with asyncio.timeout(20):
            while "askben_discord_reconnects_total 1.0" not in metrics:
                await asyncio.sleep(0.05)
                async with session.get(f"{url}/metrics") as response:
                    metrics = await response.text()
        bot.send_signal(signal.SIGTERM)
        await asyncio.wait_for(bot.communicate(), 10)
    states = {name: check["state"] for name, check in ready["checks"].items()}
    assert states == {"index": "ok", "blog": "ok", "llm": "degraded", "discord": "ok"}
    assert 'askben_answers_total{outcome="quoted"} 1.0' in metrics
    assert "askben_index_posts 1" in metrics


async def test_a_post_is_answered_from_once_the_blog_has_said_that_it_is_out(
    example_data: Path, unused_tcp_port: int, tmp_path: Path
) -> None:
    more = {
        "ASKBEN_SITE_URL": "",
        "ASKBEN_PRIVATE_ADDRESSES": "true",
        "ASKBEN_HEALTH_PORT": str(unused_tcp_port),
        "ASKBEN_REINDEX_KEY": "a key",
    }
    first = ("/bread/", "Bread", "Mon, 06 May 2024", "<p>Knead the dough for ten minutes.</p>")
    new = ("/salt/", "Salt", "Tue, 07 May 2024", "<p>Add eleven grams of salt to the dough.</p>")
    (tmp_path / "models").symlink_to(example_data / "models", target_is_directory=True)
    async with (
        fake_blog() as blog,
        FakeDiscord() as discord,
        aiohttp.ClientSession() as session,
    ):
        blog.rss("/feed.xml", [first])
        more["ASKBEN_SOURCES"] = f"{blog.url}/feed.xml"
        async with process("start", tmp_path, discord, discord.token, **more) as bot:
            await discord.wait(lambda: discord.connected and discord.commands, 30)
            blog.rss("/feed.xml", [new, first])
            asked = f"{discord.bot.mention} How much salt is added to the dough?"
            url = f"http://127.0.0.1:{unused_tcp_port}"
            headers = {"Authorization": "Bearer a key"}
            async with session.post(f"{url}/reindex", headers=headers) as response:
                assert response.status == 202
            metrics = ""
            async with asyncio.timeout(20):
                while "askben_index_posts 2.0" not in metrics:
                    await asyncio.sleep(0.05)
                    async with session.get(f"{url}/metrics") as response:
                        metrics = await response.text()
            await discord.user_message(asked)
            await discord.wait(lambda: any("eleven" in m.content for m in discord.bot_messages), 20)
            answer = next(m for m in discord.bot_messages if "eleven" in m.content)
            assert f"{blog.url}/salt/" in answer.content
            bot.send_signal(signal.SIGTERM)
            await asyncio.wait_for(bot.communicate(), 10)


async def test_the_doctor_finds_a_whole_bot_healthy(example_data: Path) -> None:
    async with FakeDiscord() as discord, FakeLLM() as llm:
        more = {"ASKBEN_LLM_URL": llm.url}
        async with process("doctor", example_data, discord, discord.token, **more) as doctor:
            out, err = await asyncio.wait_for(doctor.communicate(), 60)
    assert doctor.returncode == 0, (out, err)
    lines = out.decode().splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}
    assert any(line.startswith("ok       index: 1") for line in lines)


async def test_the_doctor_exits_with_1_and_says_what_mends_it(example_data: Path) -> None:
    async with (
        FakeDiscord() as discord,
        process("doctor", example_data, discord, "wrong.token.here") as doctor,
    ):
        out, err = await asyncio.wait_for(doctor.communicate(), 60)
    assert doctor.returncode == 1
    assert b"failed   token: Discord refused the token" in out
    assert b"checks failed" in err
    assert b"wrong.token.here" not in out + err
