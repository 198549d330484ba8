"""The fake Discord, driven by an unmodified discord.Client: what it claims, it must do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.http import Route

from tests.fake_discord import CommandNotShown, FakeDiscord, Member, Ping, User, pointed_at

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
Json = dict[str, Any]
Interaction = discord.Interaction["Bot"]


class Bot(discord.Client):
    """A client of the library, only without the pause before it identifies once more."""

    def __init__(self, intents: discord.Intents = INTENTS, **options: Any) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.reply: Callable[[discord.Message], Awaitable[object]] | None = None
        self.times_ready = 0

    async def before_identify_hook(self, _: int | None, *, initial: bool = False) -> None:
        del initial

    async def on_ready(self) -> None:
        self.times_ready += 1

    async def on_message(self, message: discord.Message) -> None:
        if self.reply is not None and self.user in message.mentions and not message.author.bot:
            await self.reply(message)

    async def hear(self, action: Awaitable[Json]) -> discord.Message:
        """Do something that posts a message, and return the message as the client hears it."""
        heard: asyncio.Queue[discord.Message] = asyncio.Queue()

        async def listen(message: discord.Message) -> None:
            heard.put_nowait(message)

        self.on_message = listen  # type: ignore[method-assign]
        posted = await action
        while True:
            async with asyncio.timeout(5):
                message = await heard.get()
            if message.id == int(posted["id"]):
                return message

    def in_channel(self, fake: FakeDiscord) -> discord.TextChannel:
        channel = self.get_channel(int(fake.channel.id))
        assert isinstance(channel, discord.TextChannel)
        return channel


@asynccontextmanager
async def running(fake: FakeDiscord, bot: Bot) -> AsyncIterator[Bot]:
    await bot.login(fake.token)
    connection = asyncio.create_task(bot.connect())
    try:
        async with asyncio.timeout(5):
            await bot.wait_until_ready()
        yield bot
    finally:
        await bot.close()
        with suppress(discord.ConnectionClosed):
            await connection


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        with pointed_at(server):
            yield server


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    async with running(fake, Bot()) as client:
        yield client


async def sync(fake: FakeDiscord, bot: Bot) -> None:
    await bot.tree.sync(guild=discord.Object(int(fake.guild.id)))


async def post(bot: Bot, fake: FakeDiscord, **payload: Any) -> Json:
    """Send a message past the checks that discord.py makes by itself."""
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=fake.channel.id)
    answer: Json = await bot.http.request(route, json=payload)
    return answer


def seconds_since(start: float) -> float:
    return time.monotonic() - start


def ops(fake: FakeDiscord) -> list[int]:
    return [received.op for received in fake.gateway_in]


# --- logging in -----------------------------------------------------------------------------


async def test_the_client_logs_in_and_finds_the_guild_as_it_is(fake: FakeDiscord, bot: Bot) -> None:
    assert bot.user is not None
    assert (str(bot.user.id), bot.user.name) == (fake.bot.id, fake.bot.name)
    (guild,) = bot.guilds
    assert guild.name == fake.guild.name
    assert {channel.name for channel in guild.channels} == {"general", "off-topic", "questions"}
    assert [type(guild.get_channel(int(fake.forum.id)))] == [discord.ForumChannel]
    assert [member.id for member in guild.members] == [bot.user.id], "no members intent"
    assert guild.me.guild_permissions.send_messages
    assert [request.path for request in fake.requests] == [
        "/users/@me",
        "/oauth2/applications/@me",
    ]
    assert ops(fake)[:2] == [1, 2]


async def test_the_gateway_is_found_by_rest(fake: FakeDiscord) -> None:
    right = {"Authorization": f"Bot {fake.token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{fake.api_url}/gateway/bot", headers=right) as answer:
            assert answer.headers["Content-Type"] == "application/json"
            found = await answer.json()
        assert found["url"] == fake.gateway_url
        assert (found["shards"], found["session_start_limit"]["max_concurrency"]) == (1, 1)
        async with session.get(f"{fake.api_url}/gateway/bot") as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, 0)


async def test_a_wrong_token_is_refused_at_login(fake: FakeDiscord) -> None:
    bot = Bot()
    with pytest.raises(discord.LoginFailure):
        await bot.login("another token")
    await bot.close()
    assert fake.requests[0].status == 401


async def test_a_wrong_token_closes_the_gateway_with_4004(fake: FakeDiscord) -> None:
    bot = Bot()
    await bot.login(fake.token)
    fake.token = "renewed"
    with pytest.raises(discord.ConnectionClosed) as closed:
        await bot.connect()
    assert closed.value.code == 4004


@pytest.mark.parametrize("name", ["members", "presences", "message_content"])
async def test_a_privileged_intent_must_be_allowed_in_the_portal(
    fake: FakeDiscord, name: str
) -> None:
    intents = discord.Intents(INTENTS.value, **{name: True})
    refused = Bot(intents)
    await refused.login(fake.token)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await refused.connect()
    await refused.close()

    fake.privileged_intents_allowed = intents.value
    async with running(fake, Bot(intents)) as allowed:
        assert allowed.application_flags.value


async def test_members_come_in_a_chunk_with_the_members_intent(fake: FakeDiscord) -> None:
    intents = discord.Intents(guilds=True, members=True)
    fake.privileged_intents_allowed = intents.value
    async with running(fake, Bot(intents, chunk_guilds_at_startup=False)) as bot:
        (guild,) = bot.guilds
        assert {str(member.id) for member in guild.members} == set(fake.guild.members)
        found = await guild.query_members(user_ids=[int(fake.admin.id)])
        assert [member.guild_permissions.administrator for member in found] == [True]


async def test_events_come_only_with_their_intent(fake: FakeDiscord) -> None:
    async with running(fake, Bot(discord.Intents(guilds=True))):
        await fake.user_message("hello")
        await fake.user_message("hello", dm=True)
        await fake.start_thread("a thread")
        (session,) = fake.gateway.sessions.values()
        assert {sent.event for sent in session.events} == {
            "READY",
            "GUILD_CREATE",
            "THREAD_CREATE",
        }


# --- messages of people ---------------------------------------------------------------------


async def test_content_is_blank_unless_it_concerns_the_bot(fake: FakeDiscord, bot: Bot) -> None:
    aside = await bot.hear(fake.user_message("just us", attachments=[("a.txt", b"a")]))
    assert (aside.content, aside.attachments) == ("", [])
    assert (await aside.fetch()).content == ""
    assert [m.content async for m in bot.in_channel(fake).history()] == [""]

    mentioned = await bot.hear(fake.user_message(f"{fake.bot.mention} you"))
    assert mentioned.content.endswith("you")
    assert bot.user in mentioned.mentions
    in_code = await bot.hear(fake.user_message(f"`{fake.bot.mention}`"))
    assert (in_code.content, in_code.mentions) == ("", [])
    unseen = await bot.hear(fake.user_message(fake.bot.mention, mentions=[]))
    assert (unseen.content, unseen.mentions) == ("", [])
    to_all = await bot.hear(fake.user_message("hello", mention_everyone=True))
    assert (to_all.content, to_all.mention_everyone) == ("", True)
    direct = await bot.hear(fake.user_message("between us", dm=True))
    assert (direct.content, direct.guild) == ("between us", None)
    own = await bot.in_channel(fake).send("mine")
    assert (await own.fetch()).content == "mine"


async def test_content_comes_with_the_intent_and_a_name_is_not_enough(fake: FakeDiscord) -> None:
    fake.message_content_intent = True
    async with running(fake, Bot()) as bot:
        unasked = await bot.hear(fake.user_message("all"))
        assert unasked.content == ""
        assert (await unasked.fetch()).content == "all"
    async with running(fake, Bot(discord.Intents(INTENTS.value, message_content=True))) as bot:
        assert (await bot.hear(fake.user_message("all"))).content == "all"


async def test_messages_are_dated_by_their_ids(fake: FakeDiscord, bot: Bot) -> None:
    message = await bot.hear(fake.user_message("now"))
    assert abs(message.created_at - datetime.now(UTC)) < timedelta(seconds=5)
    fake.clock_ahead = 3600
    later = await bot.hear(fake.user_message("an hour later"))
    assert later.created_at - message.created_at > timedelta(minutes=59)


async def test_a_reply_chain_can_be_followed_up_to_what_was_deleted(
    fake: FakeDiscord, bot: Bot
) -> None:
    question = await fake.user_message(f"{fake.bot.mention} first?")
    answer = await bot.in_channel(fake).get_partial_message(int(question["id"])).reply("first.")
    second = await bot.hear(fake.user_message("second?", reply_to=str(answer.id)))
    assert second.content == "second?", "replying with a ping mentions the bot"
    assert second.reference is not None
    resolved = second.reference.resolved
    assert isinstance(resolved, discord.Message)
    assert (resolved.content, resolved.author.id) == ("first.", int(fake.bot.id))
    up = await bot.in_channel(fake).fetch_message(resolved.reference.message_id)  # type: ignore[union-attr, arg-type]
    assert up.content.endswith("first?")

    quiet = await bot.hear(fake.user_message("quiet?", reply_to=str(answer.id), ping=False))
    assert (quiet.content, quiet.mentions) == ("", [])

    await answer.delete()
    third = await bot.hear(fake.user_message("third?", reply_to=str(answer.id)))
    assert third.reference is not None
    assert isinstance(third.reference.resolved, discord.DeletedReferencedMessage)
    with pytest.raises(discord.NotFound) as missing:
        await bot.in_channel(fake).fetch_message(answer.id)
    assert missing.value.code == 10008


async def test_people_edit_delete_and_react(fake: FakeDiscord) -> None:
    intents = discord.Intents(INTENTS.value, guild_reactions=True)
    async with running(fake, Bot(intents)) as bot:
        written = await fake.user_message(f"{fake.bot.mention} teh")
        edited = bot.wait_for("raw_message_edit", timeout=5)
        await fake.edit_message(written, f"{fake.bot.mention} the")
        update = await edited
        assert update.message.content.endswith(" the")
        assert update.message.edited_at is not None

        reacted = bot.wait_for("raw_reaction_add", timeout=5)
        await fake.react(written, "👍", fake.admin)
        assert str((await reacted).emoji) == "👍"
        await fake.unreact(written, "👍", fake.admin)
        assert fake.record(written).reactions == {}

        gone = bot.wait_for("raw_message_delete", timeout=5)
        await fake.delete_message(written)
        assert str((await gone).message_id) == written["id"]
        assert fake.record(written).deleted_at is not None


async def test_history_is_paged_from_the_newest(fake: FakeDiscord, bot: Bot) -> None:
    ids = [int((await fake.user_message(str(n)))["id"]) for n in range(6)]
    channel = bot.in_channel(fake)

    async def history(**query: Any) -> list[int]:
        return [message.id async for message in channel.history(**query)]

    assert await history(limit=2) == ids[:3:-1]
    assert await history(before=discord.Object(ids[2])) == ids[1::-1]
    assert await history(after=discord.Object(ids[3]), limit=1) == [ids[4]]
    assert await history(around=discord.Object(ids[3]), limit=3) == ids[4:1:-1]
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.logs_from(channel.id, 101)
    assert refused.value.code == 50035


# --- messages of the bot --------------------------------------------------------------------


async def test_a_mention_is_answered_by_a_reply_that_is_edited(fake: FakeDiscord, bot: Bot) -> None:
    silent = discord.AllowedMentions.none()

    async def reply(message: discord.Message) -> None:
        async with message.channel.typing():
            sent = await message.reply("Reading…", mention_author=False)
        source = discord.Embed(title="A post", url="https://blog.example/a", description="…")
        await sent.edit(content="It says so [1].", embeds=[source], allowed_mentions=silent)

    bot.reply = reply
    question = await fake.user_message(f"{fake.bot.mention} does it?")
    await fake.wait(lambda: fake.bot_messages and fake.bot_messages[0].edits)
    (record,) = fake.bot_messages
    assert record.referenced is fake.record(question)
    assert [version.content for version in record.versions] == ["Reading…", "It says so [1]."]
    assert record.versions[0].time <= record.versions[1].time
    assert record.embeds[0]["url"] == "https://blog.example/a"
    assert record.versions[0].allowed_mentions is not None
    assert record.versions[0].allowed_mentions["replied_user"] is False
    assert fake.pings == []
    assert [typing.channel for typing in fake.typing] == [fake.channel.id]
    assert [(r.method, r.status) for r in fake.requests[2:]] == [
        ("POST", 204),
        ("POST", 200),
        ("PATCH", 200),
    ]
    fetched = await bot.in_channel(fake).fetch_message(int(record.id))
    assert fetched.edited_at is not None
    assert fetched.embeds[0].title == "A post"


EMBED = {"title": "t", "description": "d"}
BUTTON = {"type": 2, "style": 1, "label": "?", "custom_id": "same"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": "  \n "}, 50006),
        ({}, 50006),
        ({"content": "x", "embeds": [EMBED] * 11}, 50035),
        ({"embeds": [{"description": "x" * 3001}] * 2}, 50035),
        ({"embeds": [{"title": "x" * 257}]}, 50035),
        ({"embeds": [{"description": "x" * 4097}]}, 50035),
        ({"embeds": [{"fields": [{"name": "x", "value": ""}]}]}, 50035),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, 50035),
        ({"embeds": [EMBED | {"url": "not a link"}]}, 50035),
        ({"embeds": [{}]}, 50035),
        ({"content": "x", "nonce": "x" * 26}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [BUTTON] * 2}]}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": []}]}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
    ],
)
async def test_what_discord_refuses_is_refused(
    fake: FakeDiscord, bot: Bot, payload: Json, code: int
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await post(bot, fake, **payload)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert fake.bot_messages == []


async def test_what_is_just_short_enough_is_taken(fake: FakeDiscord, bot: Bot) -> None:
    sent = await post(bot, fake, content=" " + "x" * 2000, embeds=[{"title": "x" * 256}] * 10)
    assert len(sent["content"]) == 2000
    assert [embed["type"] for embed in sent["embeds"]] == ["rich"] * 10
    same_url = [EMBED | {"url": "https://blog.example/a"}] * 2
    assert len((await post(bot, fake, embeds=same_url))["embeds"]) == 1
    for wrong in ({"embeds": "none"}, {"content": "x", "message_reference": {}}):
        with pytest.raises(discord.HTTPException) as shape:
            await post(bot, fake, **wrong)
        assert shape.value.code == 50035
    with pytest.raises(discord.HTTPException) as refused:
        await bot.in_channel(fake).get_partial_message(int(sent["id"])).edit(content="x" * 2001)
    assert refused.value.code == 50035
    with pytest.raises(discord.HTTPException) as emptied:
        await bot.in_channel(fake).get_partial_message(int(sent["id"])).edit(content="", embeds=[])
    assert emptied.value.code == 50006


async def test_a_nonce_is_used_only_once(fake: FakeDiscord, bot: Bot) -> None:
    first = await bot.in_channel(fake).send("once", nonce="n")
    second = await bot.in_channel(fake).send("twice", nonce="n")
    assert (second.id, second.content) == (first.id, "once")
    assert len(fake.bot_messages) == 1


async def test_only_allowed_mentions_ping(fake: FakeDiscord, bot: Bot) -> None:
    role = await fake.add_role("readers")
    channel, none = bot.in_channel(fake), discord.AllowedMentions.none()
    everybody = f"@everyone {fake.member.mention} {role.mention}"
    question = await bot.hear(fake.user_message(f"{fake.bot.mention}?"))

    quiet = await channel.send(everybody, allowed_mentions=none)
    await quiet.edit(content=everybody + "!", allowed_mentions=none)
    await question.reply("quiet", allowed_mentions=none)
    await channel.send(f"`{fake.member.mention}`")
    await channel.send(embed=discord.Embed(description=everybody))
    assert fake.pings == []

    loud = await channel.send(everybody)
    users = discord.AllowedMentions(everyone=False, roles=False, users=True)
    some = await channel.send(everybody, allowed_mentions=users)
    reply = await question.reply("loud")
    edited = await quiet.edit(content=everybody)
    member, roles = (fake.member.id,), (role.id,)
    assert fake.pings == [
        Ping(str(loud.id), member, roles, everyone=True),
        Ping(str(some.id), member, (), everyone=False),
        Ping(str(reply.id), member, (), everyone=False),
        Ping(str(edited.id), member, roles, everyone=True, edited=True),
    ]
    fake.pings.clear()
    await fake.deny(fake.channel, "mention_everyone")
    await channel.send("@everyone " + role.mention)
    assert fake.pings == [], "the role is not mentionable"


async def test_permissions_are_those_of_the_channel(fake: FakeDiscord, bot: Bot) -> None:
    channel, embed = bot.in_channel(fake), discord.Embed(title="t")
    question = await bot.hear(fake.user_message(f"{fake.bot.mention}?"))

    async def refusal(doing: Awaitable[object]) -> int:
        with pytest.raises(discord.Forbidden) as refused:
            await doing
        return refused.value.code

    changed = bot.wait_for("guild_channel_update", timeout=5)
    await fake.deny(fake.channel, "embed_links", "read_message_history")
    await changed
    assert not channel.permissions_for(channel.guild.me).embed_links
    assert await refusal(channel.send(embed=embed)) == 50013
    sent = await channel.send("with words", embed=embed)
    assert sent.embeds == [], "taken away without a word"
    assert (await sent.edit(content="again", embed=embed)).embeds == []
    assert await refusal(question.reply("?")) == 160002
    assert await refusal(question.fetch()) == 50013
    assert [m async for m in channel.history()] == []

    await fake.deny(fake.channel, "send_messages")
    assert await refusal(channel.send("?")) == 50013
    await fake.deny(fake.channel, "view_channel")
    assert await refusal(channel.send("?")) == 50001
    await fake.user_message(f"{fake.bot.mention} do you hear me?")
    await fake.allow(fake.channel, "view_channel", "send_messages", "embed_links")
    last = await bot.hear(fake.user_message(f"{fake.bot.mention} now?"))
    assert last.content.endswith("now?")
    assert (await channel.send(embed=embed)).embeds


async def test_only_the_bots_own_messages_are_its_to_change(fake: FakeDiscord, bot: Bot) -> None:
    written = await bot.hear(fake.user_message("mine"))
    with pytest.raises(discord.Forbidden) as edit:
        await bot.http.edit_message(
            written.channel.id,
            written.id,
            params=discord.http.handle_message_parameters("x"),
        )
    with pytest.raises(discord.Forbidden) as delete:
        await written.delete()
    with pytest.raises(discord.NotFound) as nowhere:
        await bot.fetch_channel(1)
    assert [e.value.code for e in (edit, delete, nowhere)] == [50005, 50013, 10003]
    await written.add_reaction("👀")
    assert fake.messages[str(written.id)].reactions == {"👀": [fake.bot.id]}
    assert [reaction.me for reaction in (await written.fetch()).reactions] == [True]
    await written.remove_reaction("👀", discord.Object(int(fake.bot.id)))
    assert fake.messages[str(written.id)].reactions == {}


async def test_direct_messages_can_be_opened_and_can_be_closed(fake: FakeDiscord, bot: Bot) -> None:
    user = await bot.fetch_user(int(fake.member.id))
    sent = await user.send("hello")
    assert fake.messages[str(sent.id)].channel.recipient is fake.member.user
    answer = await bot.hear(fake.user_message("hello yourself", dm=True))
    assert answer.channel.id == sent.channel.id
    fake.closed_dms.add(fake.member.id)
    with pytest.raises(discord.Forbidden) as closed:
        await user.send("still there?")
    assert closed.value.code == 50007


async def test_files_go_up_and_come_down(fake: FakeDiscord, bot: Bot) -> None:
    file = discord.File(BytesIO(b"a,b"), "table.csv", description="a table")
    sent = await bot.in_channel(fake).send(file=file)
    assert await sent.attachments[0].read() == b"a,b"
    assert sent.attachments[0].description == "a table"
    assert fake.requests[-1].json["attachments"][0]["filename"] == "table.csv"
    emptied = await sent.edit(content="no file", attachments=[])
    assert emptied.attachments == []
    given = await bot.hear(fake.user_message("read", dm=True, attachments=[("a.txt", b"text")]))
    assert await given.attachments[0].read() == b"text"


async def test_a_thread_on_a_message_has_its_id(fake: FakeDiscord, bot: Bot) -> None:
    question = await bot.hear(fake.user_message(f"{fake.bot.mention} long?"))
    thread = await question.create_thread(name="long", auto_archive_duration=60)
    assert (thread.id, thread.owner_id) == (question.id, int(fake.bot.id))
    assert fake.guild.channels[str(thread.id)].json()["thread_metadata"]["archived"] is False
    await thread.send("in here")
    inside = await bot.hear(
        fake.user_message(f"{fake.bot.mention} more?", thread=fake.record(str(question.id)).thread)
    )
    assert inside.channel == thread
    contents = [(m.type, m.content) async for m in thread.history(oldest_first=True)]
    assert contents[0] == (discord.MessageType.thread_starter_message, "")
    assert contents[1][1] == "in here"
    starter = await anext(thread.history(limit=1, oldest_first=True))
    assert starter.reference is not None
    assert isinstance(starter.reference.resolved, discord.Message)
    assert starter.reference.resolved.content.endswith("long?")
    with pytest.raises(discord.HTTPException) as again:
        await question.create_thread(name="again")
    assert again.value.code == 160004

    await thread.edit(archived=True)
    await fake.deny(fake.channel, "send_messages_in_threads")
    with pytest.raises(discord.Forbidden):
        await thread.send("closed to me")


async def test_threads_without_a_message_and_posts_in_a_forum(fake: FakeDiscord, bot: Bot) -> None:
    thread = await bot.in_channel(fake).create_thread(
        name="open", type=discord.ChannelType.public_thread
    )
    assert fake.messages[str(thread.last_message_id or fake.channel.last_message_id)].is_system
    theirs = await fake.start_thread("theirs")
    message = await bot.hear(fake.user_message(f"{fake.bot.mention} here", thread=theirs))
    assert isinstance(message.channel, discord.Thread)

    forum = bot.get_channel(int(fake.forum.id))
    assert isinstance(forum, discord.ForumChannel)
    mine = await forum.create_thread(name="a post", content="its text")
    assert mine.thread.id == mine.message.id
    posted = await bot.hear(fake.forum_post("How?", f"{fake.bot.mention} how?"))
    assert isinstance(posted.channel, discord.Thread)
    assert (posted.channel.parent, posted.id) == (forum, posted.channel.id)


# --- interactions ---------------------------------------------------------------------------


async def test_a_deferred_command_is_filled_followed_up_and_edited(
    fake: FakeDiscord, bot: Bot
) -> None:
    @bot.tree.command(guild=discord.Object(int(fake.guild.id)))
    async def ask(interaction: Interaction, question: str, times: int = 1) -> None:
        """Ask something."""
        await interaction.response.defer(thinking=True)
        await interaction.followup.send(f"{question} x {times}")  # fills the deferred message
        await interaction.followup.send("and more")
        await interaction.edit_original_response(content="edited", embed=discord.Embed(title="t"))
        assert (await interaction.original_response()).content == "edited"

    await sync(fake, bot)
    asked = await fake.slash("ask", question="why?", times=2)
    assert (await asked.answered())["type"] == 5
    assert asked.deferred
    original = await asked.filled()
    await fake.wait(lambda: original.content == "edited")
    assert [version.content for version in original.versions] == ["", "why? x 2", "edited"]
    assert original.extras["interaction_metadata"]["user"]["id"] == fake.member.id
    (more,) = asked.followups
    assert (more.content, more.referenced) == ("and more", original)
    reply = await bot.hear(fake.user_message("and?", reply_to=original))
    assert (reply.content, reply.mentions) == ("", []), "answers to commands cannot be pinged"
    with pytest.raises(LookupError):
        await fake.slash("ask", question="?", again=True)
    with pytest.raises(ValueError, match="required"):
        await fake.slash("ask")
    with pytest.raises(TypeError):
        await fake.slash("ask", question=1)
    with pytest.raises(LookupError):
        await fake.slash("unknown")


async def test_a_command_is_shown_only_to_whom_it_is_for(fake: FakeDiscord, bot: Bot) -> None:
    allowed: list[bool] = []

    @bot.tree.command()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def reindex(interaction: Interaction) -> None:
        """Rebuild the index."""
        allowed.append(interaction.permissions.manage_guild)
        await interaction.response.send_message("working", ephemeral=True)

    await bot.tree.sync()
    with pytest.raises(CommandNotShown):
        await fake.slash("reindex")
    with pytest.raises(CommandNotShown):
        await fake.slash("reindex", member=fake.member.user)
    answered = await fake.slash("reindex", member=fake.admin)
    assert (await answered.filled()).content == "working"
    editors = await fake.add_role("editors", "manage_guild")
    editor = await fake.add_member("edith", editors)
    await (await fake.slash("reindex", member=editor)).answered()
    assert allowed == [True, True]


async def test_an_ephemeral_answer_is_heard_like_a_direct_message(
    fake: FakeDiscord, bot: Bot
) -> None:
    @bot.tree.command()
    async def whisper(interaction: Interaction) -> None:
        """Answer so that nobody else sees it."""
        await interaction.response.send_message("psst", ephemeral=True)

    await bot.tree.sync()
    heard = bot.wait_for("message", timeout=5)
    record = await (await fake.slash("whisper")).filled()
    message = await heard
    assert (message.guild, message.flags.ephemeral) == (None, True)
    with pytest.raises(discord.NotFound) as hidden:
        await bot.in_channel(fake).fetch_message(int(record.id))
    assert hidden.value.code == 10008
    assert [m async for m in bot.in_channel(fake).history()] == []


async def test_an_interaction_is_answered_once_and_in_time(fake: FakeDiscord, bot: Bot) -> None:
    codes: asyncio.Queue[int] = asyncio.Queue()

    @bot.tree.command()
    async def late(interaction: Interaction) -> None:
        """Answer too often or too late."""
        steps: list[Callable[[], Awaitable[object]]] = [
            lambda: interaction.response.send_message("@everyone in time"),
            lambda: discord.InteractionResponse(interaction).send_message("twice"),
            lambda: interaction.followup.send("afterwards"),
        ]
        for step in steps:
            try:
                await step()
            except discord.HTTPException as error:
                codes.put_nowait(error.code)
            else:
                codes.put_nowait(0)

    await bot.tree.sync()
    await fake.slash("late")
    assert [await codes.get() for _ in range(3)] == [0, 40060, 0]
    assert fake.pings == [], "interactions parse only the mentions of users"
    fake.token_lifetime = -1
    await fake.slash("late")
    assert [await codes.get() for _ in range(3)] == [0, 40060, 50027]
    fake.interaction_lifetime = -1
    await fake.slash("late")
    assert [await codes.get() for _ in range(3)] == [10062, 10062, 10015]


async def test_a_subcommand_takes_choices_people_and_channels(fake: FakeDiscord, bot: Bot) -> None:
    group = app_commands.Group(name="sources", description="The sources.")
    given: list[object] = []

    @group.command()
    @app_commands.choices(kind=[app_commands.Choice(name="Feed", value="feed")])
    async def add(
        interaction: Interaction,
        kind: str,
        owner: discord.Member,
        where: discord.TextChannel,
        weight: app_commands.Range[float, 0, 1] = 0.5,
    ) -> None:
        """Add a source."""
        given.extend([kind, owner.id, where.id, weight])
        await interaction.response.send_message("added")

    bot.tree.add_command(group)
    await bot.tree.sync()
    values: Json = {"kind": "feed", "owner": fake.admin, "where": fake.channel}
    await (await fake.slash("sources add", weight=0.25, **values)).answered()
    assert given == ["feed", int(fake.admin.id), int(fake.channel.id), 0.25]
    with pytest.raises(ValueError, match="kind"):
        await fake.slash("sources add", **values | {"kind": "folder"})
    with pytest.raises(ValueError, match="weight"):
        await fake.slash("sources add", weight=2.0, **values)
    with pytest.raises(LookupError):
        await fake.slash("sources", **values)


async def test_a_direct_message_has_commands_too(fake: FakeDiscord, bot: Bot) -> None:
    @bot.tree.command()
    async def hello(interaction: Interaction) -> None:
        """Greet."""
        await interaction.response.send_message(f"hello {interaction.user.name}")

    await bot.tree.sync()
    original = await (await fake.slash("hello", member=fake.member.user)).filled()
    assert original.content == f"hello {fake.member.user.name}"
    assert original.channel.recipient is fake.member.user


async def test_commands_keep_their_ids_and_must_be_valid(fake: FakeDiscord, bot: Bot) -> None:
    @bot.tree.command()
    async def one(interaction: Interaction) -> None:
        """One."""

    (first,) = await bot.tree.sync()
    bot.tree.copy_global_to(guild=discord.Object(int(fake.guild.id)))
    await sync(fake, bot)
    (again,) = await bot.tree.fetch_commands()
    assert again.id == first.id
    assert [command.get("guild_id") for command in fake.commands] == [fake.guild.id, None]
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.bulk_upsert_global_commands(
            int(fake.bot.id), payload=[{"name": "Bad Name", "description": "d"}]
        )
    assert refused.value.code == 50035
    assert [command["name"] for command in fake.commands] == ["one", "one"]


async def test_autocompletion_offers_choices(fake: FakeDiscord, bot: Bot) -> None:
    @bot.tree.command()
    async def read(interaction: Interaction, post: str) -> None:
        """Read a post."""

    @read.autocomplete("post")
    async def posts(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed.upper(), value=typed)]

    await bot.tree.sync()
    typing = await fake.autocomplete("read", "post", "bird")
    await typing.answered()
    assert typing.choices == [{"name": "BIRD", "value": "bird"}]


async def test_context_menus_show_their_target(fake: FakeDiscord, bot: Bot) -> None:
    @bot.tree.context_menu(name="Ask about this")
    async def about(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"about {message.content}")

    @bot.tree.context_menu(name="Greet")
    async def greet(interaction: Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"hello {member.display_name}")

    await bot.tree.sync()
    written = await fake.user_message("a claim", channel=fake.other_channel)
    asked = await fake.context_menu("Ask about this", written)
    assert (await asked.filled()).content == "about a claim", "although it mentions nobody"
    greeted = await fake.context_menu("Greet", fake.admin)
    assert (await greeted.filled()).content == "hello Ada"


class Thumb(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"thumb:(?P<way>\w+)"):
    """A button that outlives the process, as feedback buttons do."""

    def __init__(self, way: str) -> None:
        super().__init__(discord.ui.Button(label=way, custom_id=f"thumb:{way}"))
        self.way = way

    @classmethod
    async def from_custom_id(cls, _: Any, __: Any, match: Any, /) -> Thumb:
        return cls(match["way"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"thanks for {self.way}", ephemeral=True)


async def test_buttons_of_views_and_dynamic_items_are_clicked(fake: FakeDiscord, bot: Bot) -> None:
    class Pages(discord.ui.View):
        @discord.ui.button(label="next", custom_id="next")
        async def next(self, interaction: Interaction, button: discord.ui.Button[Pages]) -> None:
            button.disabled = True
            await interaction.response.edit_message(content="page 2", view=self)

        @discord.ui.button(label="later", custom_id="later")
        async def later(self, interaction: Interaction, _: discord.ui.Button[Pages]) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="page 3")
            await interaction.followup.send("turned")

    bot.add_dynamic_items(Thumb)
    view = Pages()
    sent = await bot.in_channel(fake).send("page 1", view=view)
    record = fake.record(str(sent.id))
    clicked = await fake.click(str(sent.id), "next", member=fake.admin)
    await clicked.answered()
    assert (record.content, clicked.original) == ("page 2", record)
    with pytest.raises(LookupError):
        await fake.click(record, "next")
    later = await fake.click(record, "later")
    await fake.wait(lambda: later.followups)
    assert record.content == "page 3"
    with pytest.raises(LookupError):
        await fake.click(record, "no such button")

    thumbs = discord.ui.View(timeout=None)
    thumbs.add_item(Thumb("up"))
    liked = await bot.in_channel(fake).send("like it?", view=thumbs)
    thanks = await (await fake.click(str(liked.id), "thumb:up")).filled()
    assert (thanks.content, thanks.ephemeral) == ("thanks for up", True)
    view.stop()
    thumbs.stop()


async def test_a_modal_is_opened_and_submitted(fake: FakeDiscord, bot: Bot) -> None:
    class Form(discord.ui.Modal, title="What was wrong?"):
        reason = discord.ui.TextInput[Any](label="Reason", custom_id="reason")

        async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
            await interaction.response.send_message(f"noted: {self.reason.value}")

    @bot.tree.command()
    async def complain(interaction: Interaction) -> None:
        """Complain."""
        await interaction.response.send_modal(Form())

    await bot.tree.sync()
    opened = await fake.slash("complain")
    await opened.answered()
    assert opened.modal is not None
    assert opened.modal["title"] == "What was wrong?"
    submitted = await fake.modal_submit(opened, reason="too short")
    assert (await submitted.filled()).content == "noted: too short"


# --- faults ---------------------------------------------------------------------------------


async def test_a_429_with_via_is_tried_again(fake: FakeDiscord, bot: Bot) -> None:
    fake.limit429("/messages$", 0.1, times=2)
    start = time.monotonic()
    await bot.in_channel(fake).send("at last")
    assert seconds_since(start) >= 0.2
    assert [request.status for request in fake.requests[-3:]] == [429, 429, 200]


async def test_a_429_without_via_is_an_error(fake: FakeDiscord, bot: Bot) -> None:
    fake.limit429("/messages$", 0.1, via=False)
    with pytest.raises(discord.HTTPException) as banned:
        await bot.in_channel(fake).send("never")
    assert banned.value.status == 429


async def test_a_global_429_holds_other_routes_back(fake: FakeDiscord, bot: Bot) -> None:
    fake.limit429("/messages$", 0.3, global_=True)
    sending = asyncio.create_task(bot.in_channel(fake).send("held"))
    await fake.wait(lambda: any(request.status == 429 for request in fake.requests))
    await asyncio.sleep(0.05)
    start = time.monotonic()
    await bot.fetch_user(int(fake.admin.id))
    assert seconds_since(start) > 0.1
    await sending


async def test_the_client_keeps_to_the_buckets(fake: FakeDiscord, bot: Bot) -> None:
    fake.ratelimit = (2, 0.3)
    start = time.monotonic()
    for number in range(5):
        await bot.in_channel(fake).send(str(number))
    assert 0.6 <= seconds_since(start) < 3
    assert {request.status for request in fake.requests} == {200}
    async with aiohttp.ClientSession() as session:
        url = f"{fake.api_url}/users/{fake.admin.id}"
        headers = {"Authorization": f"Bot {fake.token}"}
        statuses = []
        for _ in range(3):
            async with session.get(url, headers=headers) as answer:
                statuses.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
    assert statuses == [(200, "1"), (200, "0"), (429, "0")]


async def test_a_500_after_the_message_was_sent_sends_it_once(fake: FakeDiscord, bot: Bot) -> None:
    fake.fault("/messages$", "POST", after=True)
    await bot.in_channel(fake).send("once")
    assert [request.status for request in fake.requests[-2:]] == [500, 200]
    assert [record.content for record in fake.bot_messages] == ["once"]


async def test_a_503_and_a_cut_connection_are_errors_at_once(fake: FakeDiscord, bot: Bot) -> None:
    fake.fault("/messages$", status=503)
    with pytest.raises(discord.DiscordServerError):
        await bot.in_channel(fake).send("unavailable")
    fake.fault("/messages$", drop=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.in_channel(fake).send("cut")
    assert fake.requests[-1].status == 0
    assert fake.bot_messages == []
    fake.fault("/messages$", drop=True, after=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.in_channel(fake).send("sent, then cut")
    assert [record.content for record in fake.bot_messages] == ["sent, then cut"]


async def test_a_delay_only_delays(fake: FakeDiscord, bot: Bot) -> None:
    lasting = fake.fault("/messages$", status=None, delay=0.1, times=float("inf"))
    start = time.monotonic()
    await bot.in_channel(fake).send("slow")
    assert seconds_since(start) >= 0.1
    lasting.times = 0
    start = time.monotonic()
    await bot.in_channel(fake).send("fast")
    assert seconds_since(start) < 0.1


async def test_a_cut_gateway_is_resumed_and_missed_events_are_replayed(
    fake: FakeDiscord, bot: Bot
) -> None:
    resumed = bot.wait_for("resumed", timeout=5)
    fake.drop_gateway()
    assert not fake.connected
    message = await bot.hear(fake.user_message(f"{fake.bot.mention} are you back?"))
    await resumed
    assert message.content.endswith("back?")
    assert ops(fake)[2:] == [1, 6]
    assert bot.times_ready == 1


@pytest.mark.parametrize("how", ["close", "reconnect", "invalidate"])
async def test_the_server_can_ask_for_a_resume(fake: FakeDiscord, bot: Bot, how: str) -> None:
    resumed = bot.wait_for("resumed", timeout=5)
    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "close": lambda: fake.close_gateway(4000),
        "reconnect": fake.reconnect,
        "invalidate": lambda: fake.invalidate(resumable=True),
    }
    await ways[how]()
    await resumed
    assert (6 in ops(fake), bot.times_ready) == (True, 1)


@pytest.mark.parametrize("how", ["refused", "invalidated"])
async def test_without_a_resume_the_client_identifies_again(
    fake: FakeDiscord, bot: Bot, how: str
) -> None:
    ready = bot.wait_for("ready", timeout=5)
    if how == "refused":
        fake.accept_resume = False
        fake.drop_gateway()
    else:
        await fake.invalidate(resumable=False)
    await ready
    assert [op for op in ops(fake) if op != 1] == ([2, 6, 2] if how == "refused" else [2, 2])
    assert (await bot.hear(fake.user_message(f"{fake.bot.mention} again"))).content


async def test_a_gateway_that_refuses_is_asked_again(fake: FakeDiscord, bot: Bot) -> None:
    fake.accept_gateway = False
    resumed = bot.wait_for("resumed", timeout=5)
    failed = bot.wait_for("disconnect", timeout=5)
    fake.drop_gateway()
    await failed
    fake.accept_gateway = True
    await resumed


async def test_a_silent_gateway_is_left(fake: FakeDiscord) -> None:
    fake.heartbeat_interval = 50
    async with running(fake, Bot(heartbeat_timeout=0.3)):
        await fake.wait(lambda: ops(fake).count(1) > 6)
        assert 6 not in ops(fake), "heartbeats are acknowledged"
        fake.ack_heartbeats = False
        await fake.wait(lambda: 6 in ops(fake))
        fake.ack_heartbeats = True


# --- the fake itself ------------------------------------------------------------------------


async def test_waiting_ends_with_the_first_change_that_fits(fake: FakeDiscord) -> None:
    waiting = asyncio.create_task(fake.wait(lambda: len(fake.messages) == 2))
    await fake.user_message("one")
    await asyncio.sleep(0)
    assert not waiting.done()
    await fake.user_message("two")
    assert await waiting
    with pytest.raises(TimeoutError):
        await fake.wait(lambda: len(fake.messages) == 3, timeout=0.05)


async def test_two_fakes_share_nothing() -> None:
    async with FakeDiscord(token="one") as one, FakeDiscord(token="two") as two:
        assert one.api_url != two.api_url
        await one.user_message("only here")
        assert (len(one.messages), len(two.messages)) == (1, 0)
        assert isinstance(one.member, Member)
        assert isinstance(one.bot, User)
