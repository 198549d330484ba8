"""Settings come from the environment and .env, and a value that cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.settings import load_settings, read_places, unknown_settings


def test_without_any_settings_the_example_blog_is_the_source() -> None:
    settings = load_settings()
    assert settings.source_names == ["examples/blog"]
    assert settings.discord_token is None
    assert settings.answer_deadline == 5.0


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("ASKBEN_AUTHOR=Ben\nASKBEN_SOURCES=one, two ,\n")
    monkeypatch.setenv("ASKBEN_AUTHOR", "Ann")
    settings = load_settings()
    assert settings.author == "Ann"
    assert settings.source_names == ["one", "two"]


def test_an_empty_value_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKBEN_LLM_URL", "")
    assert load_settings().llm_url is None


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("a-token\n")
    monkeypatch.setenv("ASKBEN_DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    token = load_settings().discord_token
    assert token is not None
    assert token.get_secret_value() == "a-token"


def test_an_empty_secret_file_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKBEN_DISCORD_TOKEN_FILE", "/dev/null")
    assert load_settings().discord_token is None


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKBEN_LLM_API_KEY_FILE", "/nowhere")
    with pytest.raises(SettingsError, match="ASKBEN_LLM_API_KEY_FILE names /nowhere"):
        load_settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKBEN_DISCORD_TOKEN", "very-secret")
    assert "very-secret" not in repr(load_settings())


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ASKBEN_ANSWER_DEADLINE", "fast", "must be a valid number"),
        ("ASKBEN_ANSWER_DEADLINE", "0", "must be greater than 0"),
        ("ASKBEN_LARGEST_PAGE", "big", "must be a valid integer"),
        ("ASKBEN_SITE_URL", "ben.example", "must begin with http"),
        ("ASKBEN_LLM_URL", "localhost:8000", "must begin with http"),
        ("ASKBEN_PERMALINK", "{title}/", "may hold {folder}"),
        ("ASKBEN_DISCORD_CHANNELS", "general", "must be links or pairs"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_it_should_be(
    name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value).startswith(f"{name} is set to {value!r}; it {why}")
    assert "\n" not in str(raised.value)


def test_a_misspelt_setting_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("ASKBEN_AUTOR=Ben\n")
    monkeypatch.setenv("ASKBEN_SORCES", "blog")
    assert unknown_settings() == [
        "ASKBEN_AUTOR is not a setting of askBen; is ASKBEN_AUTHOR meant?",
        "ASKBEN_SORCES is not a setting of askBen; is ASKBEN_SOURCES meant?",
    ]


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValidationError):
        load_settings().author = "Ann"


def test_channels_are_named_by_pairs_or_by_their_links() -> None:
    named = "1/10, https://discord.com/channels/1/11"
    assert read_places(named) == {(1, 10), (1, 11)}
