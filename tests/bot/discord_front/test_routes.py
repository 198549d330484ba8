"""The routes of a mention and of a reindex, end to end: the real client against a fake Discord."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.discord_front.running import POWER, PRIVILEGED, answer, posts_of, running
from tests.conftest import REPOSITORY
from tests.fake_discord import CommandNotShown, FakeDiscord
from tests.fake_llm import Ending, FakeLLM


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
        llm.will_say("The yearly cost was worked out too low [1].")
        await discord.user_message("and why so much?", reply_to=first)
        await answer(discord, containing="worked out too low")
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
    assert len(discord.bot_messages) == 1


async def test_what_an_answer_says_pings_nobody(
    discord: FakeDiscord, llm: FakeLLM, configured: Callable[..., None]
) -> None:
    configured()
    llm.will_say(f"@everyone {discord.member.mention} <@&{discord.guild.id}> look [1].")
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        await answer(discord, containing="(<https://")
    assert discord.pings == []


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


def a_blog(folder: Path, *names: str) -> Path:
    blog = folder / "blog"
    blog.mkdir()
    for name in names:
        (blog / f"{name}.md").write_text(f"# {name.title()}\n\nAbout {name}.")
    return blog


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
        await discord.wait(lambda: "about 1 s" in record.content)
        assert "+1 posts, 0 changed in 0 sections, -0" in record.content
        assert "+ salt.md" in record.content
        assert await posts_of(app) == {"bread.md"}
        await discord.click(record, "reindex:go", member=discord.admin)
        await discord.wait(lambda: "Done in" in record.content)
        assert await posts_of(app) == {"bread.md", "salt.md"}
    assert "2 posts in 2 passages (1 new, 1 kept, 0 dropped)" in record.content
    assert record.components == []
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


async def test_a_reindex_that_is_cancelled_changes_nothing(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = a_blog(tmp_path, "bread", "salt")
    configured(sources=str(blog))
    async with running(discord) as app:
        (blog / "salt.md").unlink()
        record = await (await discord.slash("reindex", member=discord.admin)).filled()
        await discord.wait(lambda: "- salt.md" in record.content.replace("−", "-"))
        await discord.click(record, "reindex:cancel", member=discord.admin)
        await discord.wait(lambda: "Nothing was changed" in record.content)
        assert await posts_of(app) == {"bread.md", "salt.md"}


async def test_a_reindex_that_changes_nothing_asks_for_no_confirmation(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    configured(sources=str(a_blog(tmp_path, "bread")))
    async with running(discord):
        record = await (await discord.slash("reindex", member=discord.admin)).filled()
        await discord.wait(lambda: "Nothing has changed: 1 posts in 1 passages" in record.content)
        assert record.components == []


async def test_a_reindex_that_would_lose_many_posts_says_so_on_its_button(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = a_blog(tmp_path, "bread", "salt", "oil", "water")
    configured(sources=str(blog))
    async with running(discord) as app:
        for name in ("salt", "oil", "water"):
            (blog / f"{name}.md").unlink()
        record = await (await discord.slash("reindex", member=discord.admin)).filled()
        await discord.wait(lambda: "3 of the 4 posts would be removed" in record.content)
        labels = [item["label"] for row in record.components for item in row["components"]]
        assert labels == ["Do it anyway", "Cancel"]
        await discord.click(record, "reindex:go", member=discord.admin)
        await discord.wait(lambda: "Done in" in record.content)
        assert await posts_of(app) == {"bread.md"}


async def test_a_reindex_that_golden_questions_stop_can_be_forced(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = a_blog(tmp_path, "bread", "salt")
    golden = tmp_path / "golden.jsonl"
    golden.write_text('{"question": "What about salt?", "gold": ["salt.md"]}')
    configured(sources=str(blog), golden_questions=str(golden))
    async with running(discord) as app:
        (blog / "salt.md").unlink()
        record = await (await discord.slash("reindex", member=discord.admin)).filled()
        await discord.wait(lambda: record.components)
        await discord.click(record, "reindex:go", member=discord.admin)
        await discord.wait(lambda: "lost is “What about salt?”" in record.content)
        assert await posts_of(app) == {"bread.md", "salt.md"}
        await discord.wait(lambda: record.components)
        await discord.click(record, "reindex:go", member=discord.admin)
        await discord.wait(lambda: "Done in" in record.content)
        assert await posts_of(app) == {"bread.md"}


async def test_a_rollback_brings_the_index_before_back(
    discord: FakeDiscord, configured: Callable[..., None], tmp_path: Path
) -> None:
    blog = a_blog(tmp_path, "bread")
    configured(sources=str(blog))
    async with running(discord) as app:
        nothing = await (
            await discord.slash("reindex", what="rollback", member=discord.admin)
        ).filled()
        await discord.wait(lambda: "no earlier index" in nothing.content)
        (blog / "salt.md").write_text("# Salt\n\nAbout salt.")
        await app.indexer.reindex(app.sources())
        record = await (
            await discord.slash("reindex", what="rollback", member=discord.admin)
        ).filled()
        await discord.wait(lambda: "serves again: 1 posts in 1 passages" in record.content)
        assert await posts_of(app) == {"bread.md"}


async def test_reindex_is_for_those_who_may_manage_the_server(
    discord: FakeDiscord, configured: Callable[..., None]
) -> None:
    configured()
    async with running(discord):
        with pytest.raises(CommandNotShown):
            await discord.slash("reindex", member=discord.member)


async def test_the_readmes_exchange_is_a_real_one(
    discord: FakeDiscord, configured: Callable[..., None], llm: FakeLLM
) -> None:
    configured()
    llm.will_say("It took 399 kWh,", " or £96.06, over a year [1].")
    async with running(discord):
        await discord.user_message(f"{discord.bot.mention} {POWER}")
        reply = await answer(discord, containing="(<https://")
        await discord.wait(lambda: reply.components)
    shown = [f"Mina: @askBen {POWER}", "", f"askBen: {reply.content}"]
    for embed in reply.embeds:
        shown += ["", f"  ┃ {embed['title']}", f"  ┃ {embed['description']}"]
        shown += [f"  ┃ {embed['footer']['text']}"] if "footer" in embed else []
    labels = [
        item.get("label") or item["emoji"]["name"]
        for row in reply.components
        for item in row["components"]
    ]
    shown += ["", "  " + "  ".join(f"[{label}]" for label in labels)]
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert readme.split("<!-- exchange -->\n```\n")[1].split("\n```")[0] == "\n".join(shown)
