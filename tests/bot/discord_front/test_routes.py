"""The routes of a mention and of a reindex, end to end: the real client against a fake Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.assembly import App, assemble
from bot.discord_front.client import AskBenClient
from bot.settings import load_settings
from tests.builders import NOW
from tests.conftest import EXAMPLE_BLOG, EXAMPLE_SITE
from tests.fake_discord import CommandNotShown, FakeDiscord, MessageRecord, pointed_at
from tests.fake_llm import Ending, FakeLLM
from tests.retrieval.stores.test_contract import serving

POWER = "what does the server under the stairs cost in a year?"
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)


class Client(AskBenClient):
    """The real client, without the pause before it identifies once more."""

    async def before_identify_hook(self, _: int | None, *, initial: bool = False) -> None:
        del initial


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        with pointed_at(server):
            yield server


@pytest.fixture
async def llm() -> AsyncIterator[FakeLLM]:
    async with FakeLLM() as server:
        server.will_say("It costs", " £96.06 a year", " [1].")
        yield server


@pytest.fixture
def configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, example_data: Path, llm: FakeLLM
) -> Callable[..., None]:
    """Set what is needed: the indexed example blog or, with `sources`, a blog of the test's own."""

    def configure(**settings: str) -> None:
        data = example_data
        if "sources" in settings:
            data = tmp_path / "data"
            data.mkdir()
            (data / "models").symlink_to(example_data / "models", target_is_directory=True)
        defaults = {
            "sources": str(EXAMPLE_BLOG),
            "site_url": EXAMPLE_SITE,
            "author": "Ben Alder",
            "data_dir": str(data),
            "llm_url": llm.url,
        }
        for name, value in {**defaults, **settings}.items():
            monkeypatch.setenv(f"ASKBEN_{name.upper()}", value)

    return configure


async def posts_of(app: App) -> set[str]:
    return set((await (await serving(app.store)).catalogue()).posts)


@asynccontextmanager
async def running(discord: FakeDiscord, *, indexed: bool = True) -> AsyncIterator[App]:
    """Run the bot with the settings as they are, from its login until it is closed."""
    async with assemble(load_settings()) as app:
        if indexed:
            await app.indexer.reindex(app.sources())
        client = Client(
            answerer=app.answerer,
            reindex=lambda told: app.indexer.reindex(app.sources(), told),
            clock=lambda: NOW,
        )
        await client.login(discord.token)
        connection = asyncio.create_task(client.connect())
        try:
            await discord.wait(lambda: discord.connected and discord.commands)
            while app.indexer.running:
                await asyncio.sleep(0.01)
            yield app
        finally:
            await client.close()
            await connection


async def answer(discord: FakeDiscord, *, containing: str, timeout: float = 10) -> MessageRecord:
    """Wait for a message of the bot that holds a text in its newest version."""

    def found() -> MessageRecord | None:
        return next((m for m in discord.bot_messages if containing in m.content), None)

    record = await discord.wait(found, timeout)
    assert record is not None
    return record


async def test_a_mention_is_answered_with_a_reply_that_links_the_posts(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        asked = await discord.user_message(f"hey {discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
    assert reply.content.startswith("It costs £96.06 a year [1].\n\n[1] [A server under the stairs")
    assert "(<https://ben.example/posts/home-server-power-bill/" in reply.content
    assert reply.json(discord.bot)["message_reference"]["message_id"] == asked["id"]
    (embed,) = reply.embeds
    assert embed["title"] == "[1] A server under the stairs, and what it eats"
    assert embed["url"].startswith("https://ben.example/posts/home-server-power-bill/#")
    assert "£96.06" in embed["description"]
    assert discord.pings == []
    assert discord.typing
    assert POWER in llm.chats[0]["messages"][-1]["content"]
    assert discord.bot.mention not in llm.chats[0]["messages"][-1]["content"]


async def test_no_privileged_intent_is_asked_for(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        pass
    (identify,) = [received for received in discord.gateway_in if received.op == 2]
    assert identify.data["intents"] & PRIVILEGED == 0


async def test_an_answer_is_edited_while_it_arrives(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", " £96.06", " a year", " [1].", between=0.5)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
    texts = [version.content for version in reply.versions]
    assert texts[0] == "It costs"
    assert 3 <= len(texts) <= 4
    assert len(discord.bot_messages) == 1


async def test_a_dead_llm_leaves_a_quoted_answer(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs", ending=Ending.CUT)
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
    assert reply.content.startswith("> ")
    assert "£96.06" in reply.content


async def test_a_reply_to_an_answer_is_a_follow_up(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        first = await answer(discord, containing="(<https://")
        llm.will_say("Because of the disks [1].")
        await discord.user_message("and why so much?", reply_to=first)
        await answer(discord, containing="Because of the disks")
    said = [(m["role"], m["content"]) for m in llm.chats[1]["messages"][1:-1]]
    assert said == [("user", POWER), ("assistant", "It costs £96.06 a year [1].")]


@pytest.mark.parametrize("kind", ["everyone", "no mention", "another bot", "empty"])
async def test_not_every_message_is_answered(
    kind: str, discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        if kind == "everyone":
            await discord.user_message(f"@everyone {POWER}", mention_everyone=True)
        elif kind == "another bot":
            robot = discord.world.new_user("robot", bot=True)
            await discord.user_message(f"{discord.bot.mention} {POWER}", author=robot)
        elif kind == "no mention":
            await discord.user_message(POWER)
        else:
            await discord.user_message(discord.bot.mention)
            await answer(discord, containing="mention me")
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing="(<https://")
    assert len(llm.chats) == 1
    assert len(discord.bot_messages) == (2 if kind == "empty" else 1)


async def test_what_an_answer_says_pings_nobody(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say(f"@everyone {discord.member.mention} <@&{discord.guild.id}> look [1].")
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing="(<https://")
    assert discord.pings == []


async def test_a_question_whose_message_is_deleted_is_answered_without_trouble(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say("It costs £96.06 [1].", before_first=0.3)
    async with running(discord):
        asked = await discord.user_message(f"{discord.bot.mention} {POWER}")
        await discord.delete_message(asked)
        await answer(discord, containing="(<https://")


async def test_before_the_first_index_the_bot_says_that_it_is_reading(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    configured(sources=str(tmp_path / "no-such-folder"))
    async with running(discord, indexed=False):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing="still reading the blog")


async def test_ask_answers_a_slash_command(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        interaction = await discord.slash("ask", question=POWER)
        record = await interaction.filled()
        await discord.wait(lambda: "(<https://" in record.content)
    assert interaction.deferred
    assert len(record.embeds) == 1
    assert discord.pings == []


async def test_reindex_takes_up_what_is_new_and_says_so(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = tmp_path / "blog"
    blog.mkdir()
    (blog / "bread.md").write_text("# Bread\n\nKnead it for ten minutes.")
    configured(sources=str(blog))
    async with running(discord) as app:
        (blog / "salt.md").write_text("# Salt\n\nAdd eleven grams of salt to the dough.")
        (blog / "broken.md").write_bytes(b"\xff\xfe")
        interaction = await discord.slash("reindex", member=discord.admin)
        record = await interaction.filled()
        await discord.wait(lambda: "Done in" in record.content)
        assert await posts_of(app) == {"bread.md", "salt.md"}
    assert "2 posts in 2 passages (1 new, 1 kept, 0 dropped)" in record.content
    assert "broken.md is not UTF-8 text" in record.content


async def test_a_reindex_that_fails_leaves_the_index_and_says_why(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = tmp_path / "blog"
    blog.mkdir()
    (blog / "bread.md").write_text("# Bread\n\nKnead it for ten minutes.")
    configured(sources=str(blog))
    async with running(discord) as app:
        blog.rename(tmp_path / "moved")
        interaction = await discord.slash("reindex", member=discord.admin)
        record = await interaction.filled()
        await discord.wait(lambda: "stays as it was" in record.content)
        assert await posts_of(app) == {"bread.md"}
    assert "There is no folder" in record.content


async def test_reindex_is_for_those_who_may_manage_the_server(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        with pytest.raises(CommandNotShown):
            await discord.slash("reindex", member=discord.member)
