"""The doctor sees what Discord says of the account, and says how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.doctor.discord_account import check_clock, check_discord
from bot.doctor.findings import Finding, Verdict
from bot.doctor.permissions import FOR_THREADS, NEEDED
from tests.builders import NOW
from tests.fake_discord import FakeDiscord


def clock() -> datetime:
    return datetime.now(UTC)


async def examine(discord: FakeDiscord, token: str | None = None) -> dict[str, Finding]:
    found = await check_discord(token or discord.token, discord.api_url, clock)
    return {finding.check: finding for finding in found}


async def test_a_good_account_is_ok_throughout() -> None:
    async with FakeDiscord() as discord:
        found = await examine(discord)
    assert {finding.verdict for finding in found.values()} == {Verdict.OK}
    assert list(found) == [
        *("token", "clock", "application", "invite link"),
        f"server {discord.guild.name}",
    ]
    assert f"client_id={discord.bot.id}&" in found["invite link"].said


async def test_no_token_says_where_to_get_one() -> None:
    (finding,) = await check_discord(None, None, clock)
    assert finding.verdict is Verdict.FAILED
    assert finding.mend
    assert "ASKBEN_DISCORD_TOKEN" in finding.mend


async def test_a_wrong_token_fails_and_is_not_repeated() -> None:
    async with FakeDiscord() as discord:
        found = await examine(discord, "wrong.token")
    (finding,) = found.values()
    assert (finding.check, finding.verdict) == ("token", Verdict.FAILED)
    assert "wrong.token" not in finding.said


async def test_a_channel_where_the_bot_may_not_embed_is_named() -> None:
    async with FakeDiscord() as discord:
        await discord.deny(discord.channel, "embed_links")
        found = await examine(discord)
    finding = found[f"server {discord.guild.name}"]
    assert finding.verdict is Verdict.WARNING
    assert "in #general the bot lacks Embed Links" in finding.said


async def test_threads_that_are_wanted_take_a_permission_more() -> None:
    async with FakeDiscord() as discord:
        await discord.deny(discord.channel, "create_public_threads")
        found = await check_discord(discord.token, discord.api_url, clock, threads=True)
    said = {finding.check: finding.said for finding in found}
    assert "lacks Create Public Threads" in said[f"server {discord.guild.name}"]
    assert f"permissions={sum({**NEEDED, **FOR_THREADS}.values())}" in said["invite link"]


@pytest.mark.parametrize("granted", [True, False])
async def test_an_intent_that_is_asked_for_has_to_be_granted(granted: bool) -> None:
    async with FakeDiscord() as discord:
        discord.message_content_intent = granted
        found = await check_discord(discord.token, discord.api_url, clock, message_content=True)
    verdicts = {finding.check: finding.verdict for finding in found}
    assert verdicts["application"] is (Verdict.OK if granted else Verdict.FAILED)


async def test_a_server_where_the_bot_may_write_nowhere_fails() -> None:
    async with FakeDiscord() as discord:
        for channel in (discord.channel, discord.other_channel, discord.forum):
            await discord.deny(channel, "send_messages")
        found = await examine(discord)
    assert found[f"server {discord.guild.name}"].verdict is Verdict.FAILED


async def test_a_discord_in_trouble_is_told_from_a_wrong_token() -> None:
    async with FakeDiscord() as discord:
        discord.fault("/applications/@me", status=503)
        found = await examine(discord)
    assert found["token"].verdict is Verdict.OK
    assert "503" in found["discord"].said


async def test_a_discord_that_is_not_there_is_said(unused_tcp_port: int) -> None:
    (finding,) = await check_discord("token", f"http://127.0.0.1:{unused_tcp_port}", clock)
    assert finding.verdict is Verdict.FAILED
    assert "cannot be reached" in finding.said


@pytest.mark.parametrize(
    ("drift", "verdict", "word"),
    [(2, Verdict.OK, "agrees"), (90, Verdict.WARNING, "ahead"), (-90, Verdict.WARNING, "behind")],
)
def test_a_clock_that_is_wrong_is_a_warning(drift: int, verdict: Verdict, word: str) -> None:
    finding = check_clock(NOW, NOW + timedelta(seconds=drift))
    assert finding.verdict is verdict
    assert word in finding.said
