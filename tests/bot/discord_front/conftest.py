"""A fake Discord, a fake LLM, and the settings that join the bot to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE_BLOG, EXAMPLE_SITE
from tests.fake_discord import FakeDiscord, pointed_at
from tests.fake_llm import FakeLLM


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
