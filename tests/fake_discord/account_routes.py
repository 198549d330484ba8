"""The routes of the bot's account: who it is, its gateway, guild and registered commands."""

from __future__ import annotations

import re
from typing import Any

from .gateway import Gateway, application_flags
from .rest import Call, Result, Route
from .rules import Rules
from .wire import ApiError, Json, Refusal, invalid_form
from .world import World

COMMANDS = "/applications/{application}/commands"
GUILD_COMMANDS = "/applications/{application}/guilds/{guild}/commands"
CHAT_INPUT = 1
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")


class AccountRoutes:
    def __init__(self, rules: Rules, world: World, gateway: Gateway) -> None:
        self._rules = rules
        self._world = world
        self._gateway = gateway
        #: The registered commands; those of the guild come before the global ones.
        self.guild_commands: list[Json] = []
        self.global_commands: list[Json] = []

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/gateway", self.gateway, needs_token=False),
            Route("GET", "/gateway/bot", self.gateway_bot),
            Route("GET", "/users/@me", self.me),
            Route("GET", "/users/@me/guilds", self.own_guilds),
            Route("POST", "/users/@me/channels", self.open_direct_channel),
            Route("GET", "/users/{user}", self.user),
            Route("GET", "/oauth2/applications/@me", self.application),
            Route("GET", "/applications/@me", self.application),
            Route("GET", "/guilds/{guild}", self.guild),
            Route("GET", "/guilds/{guild}/channels", self.channels),
            Route("GET", "/guilds/{guild}/members/{user}", self.member),
            Route("GET", COMMANDS, self.show_commands),
            Route("PUT", COMMANDS, self.register_commands),
            Route("GET", GUILD_COMMANDS, self.show_commands),
            Route("PUT", GUILD_COMMANDS, self.register_commands),
        ]

    async def gateway(self, _: Call) -> Result:
        return {"url": self._gateway.url}

    async def gateway_bot(self, _: Call) -> Result:
        limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
        return {"url": self._gateway.url, "shards": 1, "session_start_limit": limit}

    async def me(self, _: Call) -> Result:
        return self._world.bot.json() | {"verified": True, "mfa_enabled": False, "flags": 0}

    async def own_guilds(self, _: Call) -> Result:
        guild, member = self._world.guild, self._world.bot_member
        partial: Json = {
            "id": guild.id,
            "name": guild.name,
            "icon": None,
            "owner": False,
            "permissions": str(int(guild.permissions(member))),
            "features": [],
        }
        return [partial]

    async def user(self, call: Call) -> Result:
        user = self._world.users.get(call.params["user"])
        if user is None:
            raise ApiError(Refusal.UNKNOWN_USER)
        return user.json()

    async def open_direct_channel(self, call: Call) -> Result:
        user = self._world.users.get(str(call.json["recipient_id"]))
        if user is None:
            raise ApiError(Refusal.UNKNOWN_USER)
        return self._world.direct_channel(user).json()

    async def application(self, _: Call) -> Result:
        bot = self._world.bot
        return {
            "id": bot.id,
            "name": bot.name,
            "icon": None,
            "description": "",
            "bot": bot.json(),
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": self._world.guild.owner.json(),
            "team": None,
            "verify_key": "0" * 64,
            "flags": application_flags(self._rules),
            "approximate_guild_count": 1,
            "interactions_endpoint_url": None,
        }

    def _check_guild(self, call: Call) -> None:
        if call.params["guild"] != self._world.guild.id:
            raise ApiError(Refusal.UNKNOWN_GUILD)

    async def guild(self, call: Call) -> Result:
        self._check_guild(call)
        return self._world.guild.json()

    async def channels(self, call: Call) -> Result:
        self._check_guild(call)
        return [channel.json() for channel in self._world.guild.channels.values()]

    async def member(self, call: Call) -> Result:
        self._check_guild(call)
        member = self._world.guild.members.get(call.params["user"])
        if member is None:
            raise ApiError(Refusal.UNKNOWN_MEMBER)
        return member.json()

    async def show_commands(self, call: Call) -> Result:
        return self._commands(call)

    def _commands(self, call: Call) -> list[Json]:
        if "guild" not in call.params:
            return self.global_commands
        self._check_guild(call)
        return self.guild_commands

    async def register_commands(self, call: Call) -> Result:
        """Replace all commands; one that was there already keeps its id."""
        registered = self._commands(call)
        for number, command in enumerate(call.json):
            _check_command(number, command)
        _check_unique(call.json)
        ids = {_key(command): command["id"] for command in registered}
        place = {"guild_id": call.params["guild"]} if "guild" in call.params else {}
        registered[:] = [
            self._stored(command, ids.get(_key(command))) | place for command in call.json
        ]
        return registered

    def _stored(self, command: Json, id_: str | None) -> Json:
        defaults = {
            "type": CHAT_INPUT,
            "description": "",
            "default_member_permissions": None,
            "dm_permission": True,
            "nsfw": False,
            "options": [],
        }
        ids = {"id": id_ or self._world.ids.new(), "version": self._world.ids.new()}
        return defaults | command | ids | {"application_id": self._world.bot.id}


def _key(command: Json) -> tuple[str, Any]:
    return command["name"], command.get("type", CHAT_INPUT)


def _check_unique(commands: list[Json]) -> None:
    seen = set()
    for number, command in enumerate(commands):
        if _key(command) in seen:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            raise invalid_form(str(number), code, "Application command names must be unique")
        seen.add(_key(command))


def _check_command(number: int, command: Json) -> None:
    """Names and descriptions as application-commands.mdx limits them."""
    if command.get("type", CHAT_INPUT) == CHAT_INPUT:
        _check_named(str(number), command)
    elif not 1 <= len(command["name"]) <= 32:
        raise _bad_length(f"{number}.name", 32)


def _check_named(where: str, named: Json) -> None:
    name = named["name"]
    if not COMMAND_NAME.fullmatch(name) or name != name.lower():
        code, message = "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid"
        raise invalid_form(f"{where}.name", code, message)
    if not 1 <= len(named.get("description") or "") <= 100:
        raise _bad_length(f"{where}.description", 100)
    options = named.get("options") or []
    if len(options) > 25:
        raise _bad_length(f"{where}.options", 25)
    for number, option in enumerate(options):
        _check_named(f"{where}.options.{number}", option)


def _bad_length(where: str, most: int) -> ApiError:
    message = f"Must be between 1 and {most} in length."
    return invalid_form(where, "BASE_TYPE_BAD_LENGTH", message)
