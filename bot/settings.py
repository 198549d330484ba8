"""The settings, and the one place where the environment and the file .env are read."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from retrieval.languages import LANGUAGES
from retrieval.parsing.permalinks import PERMALINK_FIELDS

PREFIX = "ASKBEN_"
_FOR_TESTS = "ASKBEN_TEST_"
_SECRETS = ("discord_token", "qdrant_api_key", "llm_api_key", "reindex_key")
_EXAMPLE_BLOG = "examples/blog"
_PLACE = re.compile(r"(?:^|/)(\d+)/(\d+)$")  # a link to a channel ends like this, too


class Settings(BaseSettings):
    """Everything that can be set, with its default. `.env.example` says what each is for.

    The environment wins over `.env`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    sources: str = _EXAMPLE_BLOG
    site_url: str | None = None
    permalink: str = "{folder}/{slug}/"
    largest_page: int = Field(default=4_000_000, gt=0)
    private_addresses: bool = False
    read_feeds_every: float = Field(default=5.0, ge=0)
    read_all_every: float = Field(default=24.0, ge=0)
    golden_questions: Path | None = None
    author: str = ""
    data_dir: Path = Path("data")

    health_port: int | None = Field(default=None, ge=1, le=65535)
    health_host: str = "127.0.0.1"
    reindex_key: SecretStr | None = None
    reindex_key_file: Path | None = None

    discord_token: SecretStr | None = None
    discord_token_file: Path | None = None
    discord_api_url: str | None = None
    discord_direct_messages: bool = False
    discord_message_content: bool = False
    discord_threads: bool = False
    discord_channels: str = ""
    discord_blocked_channels: str = ""
    discord_roles: str = ""
    discord_blocked_roles: str = ""
    questions_per_minute: float = Field(default=6.0, gt=0)
    server_questions_per_minute: float = Field(default=60.0, gt=0)
    answers_at_once: int = Field(default=4, ge=1)
    old_after_years: float = Field(default=3.0, ge=0)
    discord_shards: int | None = Field(default=None, ge=1)
    longest_queue: int = Field(default=20, ge=0)

    llm_url: str | None = None
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_rewrites: bool = False
    llm_api_key_file: Path | None = None
    journal_questions: bool = False
    answer_deadline: float = Field(default=5.0, gt=0, le=600)

    qdrant_url: str | None = None
    qdrant_api_key: SecretStr | None = None
    qdrant_api_key_file: Path | None = None
    qdrant_shards: int | None = Field(default=None, ge=1)
    qdrant_replicas: int | None = Field(default=None, ge=1)
    embedding_model: str = "sentence-transformers/all-MiniLM-L6-v2"
    embedding_path: Path | None = None
    language: str | None = None
    reranker_model: str | None = None
    reranker_path: Path | None = None

    @property
    def source_names(self) -> list[str]:
        """The sources one by one."""
        return _split(self.sources)

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Take a secret from the file that `..._FILE` names, where it is not given itself."""
        for name in _SECRETS:
            file = given.get(f"{name}_file")
            if file and not given.get(name):
                try:
                    secret = Path(file).read_text("utf-8").strip()
                except (OSError, UnicodeDecodeError) as error:
                    raise SettingsError(
                        f"{PREFIX}{name.upper()}_FILE names {file}, which cannot be read "
                        f"({type(error).__name__})"
                    ) from error
                if secret:  # else it means "not set", as an empty variable does
                    given = {**given, name: secret}
        return given

    @field_validator("site_url", "discord_api_url", "llm_url", "qdrant_url")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator(
        "discord_channels", "discord_blocked_channels", "discord_roles", "discord_blocked_roles"
    )
    @classmethod
    def _names_places(cls, value: str) -> str:
        if not all(_PLACE.search(place) for place in _split(value)):
            raise ValueError("must be links or pairs like GUILD/CHANNEL, separated by commas")
        return value

    @field_validator("language")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        if value is not None and value.lower() not in LANGUAGES:
            raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
        return value.lower() if value else None

    @field_validator("permalink")
    @classmethod
    def _has_known_fields(cls, value: str) -> str:
        try:
            value.format(**dict.fromkeys(PERMALINK_FIELDS, ""))
        except (KeyError, IndexError, ValueError) as error:
            known = ", ".join(f"{{{name}}}" for name in PERMALINK_FIELDS)
            raise ValueError(f"may hold {known} and nothing else in braces") from error
        return value


def read_places(value: str) -> frozenset[tuple[int, int]]:
    """Return the pairs of ids that a setting such as `discord_channels` names."""
    found = (_PLACE.search(place) for place in _split(value))
    return frozenset((int(place[1]), int(place[2])) for place in found if place)


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError that names the first value that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        problem = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        problem = problem.split(", unable to")[0]
        raise SettingsError(f"{name} is set to {first['input']!r}; it {_should(problem)}") from None


def unknown_settings() -> list[str]:
    """Return a sentence for each name with the prefix that is no setting, as after a slip."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    given = {*os.environ, *dotenv_values(".env")}
    wrong = sorted(
        name
        for name in given
        if name.startswith(PREFIX) and not name.startswith(_FOR_TESTS) and name not in known
    )
    return [f"{name} is not a setting of askBen{_meant(name, known)}" for name in wrong]


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _should(problem: str) -> str:
    return problem if problem.startswith(("must", "may")) else f"must be {problem}"


def _meant(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; is {close[0]} meant?" if close else ""
