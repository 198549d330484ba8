"""Permissions are worked out as Discord does, and the invite asks for no more than is needed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.doctor.permissions import NEEDED, invite_link, lacking, may_answer_somewhere
from tests.conftest import REPOSITORY

ALL_NEEDED = sum(NEEDED.values())
MEMBER = {"user": {"id": "bot"}, "roles": ["readers"]}


def guild(everyone: int = ALL_NEEDED, readers: int = 0, owner: str = "owner") -> dict[str, Any]:
    roles = [
        {"id": "guild", "permissions": str(everyone)},
        {"id": "readers", "permissions": str(readers)},
        {"id": "others", "permissions": str((1 << 50) - 1)},
    ]
    return {"id": "guild", "owner_id": owner, "roles": roles}


def channel(*overwrites: tuple[str, int, int], type: int = 0) -> dict[str, Any]:
    listed = [
        {"id": whose, "allow": str(allow), "deny": str(deny)} for whose, allow, deny in overwrites
    ]
    return {"id": "1", "name": "general", "type": type, "permission_overwrites": listed}


SEND, VIEW = NEEDED["Send Messages"], NEEDED["View Channels"]


def test_what_everyone_may_do_is_enough() -> None:
    assert lacking(guild(), [channel()], MEMBER) == {}


def test_a_role_gives_what_everyone_lacks_and_others_roles_do_not_count() -> None:
    assert lacking(guild(ALL_NEEDED & ~SEND), [channel()], MEMBER) == {"general": ["Send Messages"]}
    assert lacking(guild(ALL_NEEDED & ~SEND, readers=SEND), [channel()], MEMBER) == {}


def test_the_members_overwrite_beats_the_roles_and_that_beats_everyones() -> None:
    denied = ("guild", 0, SEND)
    assert lacking(guild(), [channel(denied)], MEMBER) == {"general": ["Send Messages"]}
    assert lacking(guild(), [channel(denied, ("readers", SEND, 0))], MEMBER) == {}
    stronger = channel(denied, ("readers", SEND, 0), ("bot", 0, SEND))
    assert lacking(guild(), [stronger], MEMBER) == {"general": ["Send Messages"]}


def test_an_administrator_and_the_owner_lack_nothing() -> None:
    denied = channel(("guild", 0, ALL_NEEDED))
    assert lacking(guild(readers=1 << 3), [denied], MEMBER) == {}
    assert lacking(guild(owner="bot"), [denied], MEMBER) == {}


def test_hidden_channels_and_voice_are_nobodys_business() -> None:
    hidden, voice = channel(("guild", 0, VIEW | SEND)), channel(("guild", 0, SEND), type=2)
    assert lacking(guild(), [hidden, voice], MEMBER) == {}
    assert not may_answer_somewhere(guild(), [hidden, voice], MEMBER)
    assert may_answer_somewhere(guild(), [hidden, channel()], MEMBER)


def test_the_invite_link_asks_for_the_needed_permissions_alone() -> None:
    asked = parse_qs(urlsplit(invite_link("42")).query)
    assert asked["client_id"] == ["42"]
    assert asked["scope"] == ["bot applications.commands"]
    assert int(asked["permissions"][0]) == ALL_NEEDED
    assert not ALL_NEEDED & (1 << 3 | 1 << 5 | 1 << 13), "may administrate, manage or delete"


def test_the_readme_names_the_permissions_of_the_invite_link() -> None:
    readme = " ".join((REPOSITORY / "README.md").read_text("utf-8").split())
    assert [name for name in NEEDED if f"*{name}*" not in readme] == []
