"""Runs the real client against the fake Discord, and waits for its answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.answering.archive import Archive
from bot.assembly import App, assemble
from bot.discord_front.client import AskBenClient, Furnishing
from bot.settings import load_settings
from tests.builders import NOW
from tests.fake_discord import FakeDiscord, MessageRecord
from tests.retrieval.stores.test_contract import serving

POWER = "what does the server under the stairs cost in a year?"
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)


class Client(AskBenClient):
    """The real client, without the pause before it identifies once more."""

    async def before_identify_hook(self, _: int | None, *, initial: bool = False) -> None:
        del initial


async def posts_of(app: App) -> set[str]:
    return set((await (await serving(app.store)).catalogue()).posts)


@asynccontextmanager
async def running(
    discord: FakeDiscord, *, indexed: bool = True, **options: Any
) -> AsyncIterator[App]:
    """Run the bot with the settings as they are, from its login until it is closed."""
    async with assemble(load_settings()) as app:
        if indexed:
            await app.indexer.reindex(app.sources())
        options.setdefault(
            "furnishing",
            Furnishing(archive=Archive(app.searcher), ask_status=app.status, old_after=1.0),
        )
        client = Client(
            answerer=app.answerer,
            reindexing=app.reindexing(),
            votes=app.votes,
            clock=lambda: NOW,
            **options,
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
