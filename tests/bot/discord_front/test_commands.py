"""The commands that list and tell, the permissions that are missing, and the age of posts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.discord_front.client import Furnishing
from tests.bot.discord_front.running import POWER, answer, running
from tests.fake_discord import FakeDiscord


async def test_posts_lists_those_of_a_topic_and_a_year(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        record = await (await discord.slash("posts", topic="bird song")).filled()
        of_2024 = await (await discord.slash("posts", year=2024)).filled()
        none = await (await discord.slash("posts", year=1999)).filled()
    assert "I was wrong about the bird song](<https://ben.example" in record.content
    lines = of_2024.content.splitlines()
    assert lines
    assert all(line.endswith(" 2024") for line in lines)
    assert none.content == "I know of no such post."


async def test_posts_offers_titles_tags_and_years_while_they_are_typed(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = tmp_path / "blog"
    blog.mkdir()
    for name, tag, year in (("Bread", "baking", 2023), ("Rolls", "baking", 2024)):
        front = f"---\ntitle: {name}\ntags: [{tag}, {name}]\ndate: {year}-05-01\n---\n"
        (blog / f"{name}.md").write_text(f"{front}Words about {name}.")
    configured(sources=str(blog))
    async with running(discord):
        topics = await offered(discord, "topic", "bre")
        tags = await offered(discord, "tag", "b")
        years = await offered(discord, "year", "")
        listed = await (await discord.slash("posts", tag="BAKING", year=2024)).filled()
    assert topics == ["Bread"]
    assert tags == ["baking", "Bread"]
    assert years == ["2024", "2023"]
    assert "Rolls" in listed.content
    assert "Bread" not in listed.content


async def test_status_tells_how_each_thing_is(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing="(<https://")
        record = await (await discord.slash("status", member=discord.admin)).filled()
    assert "🟢 **index**" in record.content
    assert "🟢 **llm**: fake-model" in record.content
    assert "all-MiniLM-L6-v2" in record.content
    assert "95 of 100 within" in record.content


async def test_related_posts_are_shown_to_who_wants_them(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        ids = [item["custom_id"] for row in reply.components for item in row["components"]]
        button = next(one for one in ids if one.startswith("askben:related:"))
        shown = await (await discord.click(reply, button)).filled()
    assert shown.ephemeral
    assert shown.content.count("(<https://ben.example") >= 3
    assert "home-server-power-bill" not in shown.content


async def test_an_old_post_says_that_it_is_old(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
    assert "a year old" in reply.embeds[0]["footer"]["text"]


async def test_commands_are_registered_only_when_they_changed(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    configured()
    furnishing = Furnishing(commands_file=tmp_path / "commands")

    def registrations() -> int:
        return sum(one.method == "PUT" and "/commands" in one.path for one in discord.requests)

    for _ in range(2):
        async with running(discord, furnishing=furnishing):
            pass
        assert registrations() == 1
    (tmp_path / "commands").write_text("others")
    async with running(discord, furnishing=furnishing):
        pass
    assert registrations() == 2


async def test_without_the_permission_to_embed_the_links_stand_in_the_text_and_the_owner_is_told(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    await discord.deny(discord.channel, "embed_links")
    async with running(discord):
        for number in range(2):
            await discord.user_message(f"{discord.bot.mention} {POWER} {number}")
            await discord.wait(lambda: told(discord))
        reply = await answer(discord, containing="(<https://")
        assert reply.embeds == []
        assert len(told(discord)) == 1
    assert "*Embed Links*" in told(discord)[0]


async def test_where_the_bot_may_not_write_it_answers_in_person(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    await discord.deny(discord.channel, "send_messages")
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        await discord.wait(lambda: told(discord))
    assert reply.channel.id != discord.channel.id
    assert "£96.06 a year [1]." in reply.content
    assert "*Send Messages*" in told(discord)[0]


async def offered(discord: FakeDiscord, option: str, typed: str) -> list[str]:
    interaction = await discord.autocomplete("posts", option, typed)
    await discord.wait(lambda: interaction.choices)
    return [choice["name"] for choice in interaction.choices]


def told(discord: FakeDiscord) -> list[str]:
    return [one.content for one in discord.bot_messages if "for want of permission" in one.content]
