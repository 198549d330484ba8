"""What Discord's client makes of a command that a person picks: checks first, then data."""

from __future__ import annotations

from typing import Any

from .guild import Channel, Guild, Member, Role, User
from .messages import MessageRecord
from .wire import ALL_PERMISSIONS, InteractionType, Json

CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
BOT_DM = 1
#: The Python types of the values that options take.
OPTION_VALUES: dict[int, tuple[type, ...]] = {
    3: (str,),
    4: (int,),
    5: (bool,),
    6: (Member, User),
    7: (Channel,),
    8: (Role,),
    9: (Member, User, Role),
    10: (int, float),
}


class CommandNotShown(PermissionError):
    """Discord would not offer this command here to this person."""


def find_command(
    commands: list[Json], name: str, type_: int, user: Member | User, permissions: int
) -> Json:
    """Find the registered command, if the person may use it where they are."""
    found = [command for command in commands if (command["name"], command["type"]) == (name, type_)]
    if not found:
        raise LookupError(f"no command {name!r} is registered")
    command = found[0]
    if isinstance(user, User):
        _check_direct(command)
    needed = command["default_member_permissions"]
    administrator = permissions == ALL_PERMISSIONS
    if needed is None or administrator or isinstance(user, User):
        return command
    # "0" is for nobody but administrators (application-commands.mdx, "Permissions").
    if int(needed) == 0 or int(needed) & ~permissions:
        raise CommandNotShown(f"{user.user.name} lacks the permissions that {name!r} asks for")
    return command


def _check_direct(command: Json) -> None:
    contexts = command.get("contexts")
    offered = command["dm_permission"] is not False if contexts is None else BOT_DM in contexts
    if "guild_id" in command or not offered:
        raise CommandNotShown(f"{command['name']!r} is not offered in direct messages")


class Resolved:
    """The full objects of what an interaction names by id, as the person sees them."""

    def __init__(self, guild: Guild, user: Member | User) -> None:
        self._guild = guild
        self._user = user
        self.objects: Json = {}

    def add(self, entity: Member | User | Channel | Role) -> str:
        """Resolve the entity, and return its id."""
        if isinstance(entity, Member):
            self._keep("members", entity.id, entity.without_user())
            entity = entity.user
        if isinstance(entity, Channel):
            self._keep("channels", entity.id, entity.json() | self._permissions(entity))
        else:
            self._keep("users" if isinstance(entity, User) else "roles", entity.id, entity.json())
        return entity.id

    def _keep(self, kind: str, id_: str, entity: Json) -> None:
        self.objects.setdefault(kind, {})[id_] = entity

    def _permissions(self, channel: Channel) -> Json:
        """Discord tells what the person may do in a channel that is named."""
        if isinstance(self._user, User):
            return {"permissions": "0"}
        return {"permissions": str(int(self._guild.permissions(self._user, channel)))}


def command_data(
    command: Json, path: list[str], values: Json, resolved: Resolved, *, focused: str = ""
) -> Json:
    """Make the data of the interaction; `path` names the group and the subcommand, if any."""
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    options = _options(command["options"], path, values, focused, resolved)
    if options:
        data["options"] = options
    if resolved.objects:
        data["resolved"] = resolved.objects
    return data


def _options(
    declared: list[Json], path: list[str], values: Json, focused: str, resolved: Resolved
) -> list[Json]:
    if path:
        step = next((option for option in declared if option["name"] == path[0]), None)
        if step is None:
            raise LookupError(f"there is no subcommand {path[0]!r}")
        inner = _options(step.get("options") or [], path[1:], values, focused, resolved)
        return [{"name": step["name"], "type": step["type"], "options": inner}]
    if any(option["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP} for option in declared):
        raise LookupError("this command has subcommands, name one of them")
    unknown = values.keys() - {option["name"] for option in declared}
    if unknown:
        raise LookupError(f"the command has no options {sorted(unknown)}")
    for option in declared:
        if option.get("required") and option["name"] not in values and not focused:
            raise ValueError(f"the option {option['name']!r} is required")
    return [
        _option(option, values[option["name"]], focused, resolved)
        for option in declared
        if option["name"] in values
    ]


def _option(option: Json, value: Any, focused: str, resolved: Resolved) -> Json:
    name, type_ = option["name"], option["type"]
    if name == focused:  # what is being typed may be anything
        return {"name": name, "type": type_, "value": value, "focused": True}
    if not isinstance(value, OPTION_VALUES[type_]):
        raise TypeError(f"the option {name!r} does not take {value!r}")
    if isinstance(value, Member | User | Channel | Role):
        value = resolved.add(value)
    elif not _is_accepted(option, value):
        raise ValueError(f"the option {name!r} does not accept {value!r}")
    return {"name": name, "type": type_, "value": value}


def _is_accepted(option: Json, value: Any) -> bool:
    """Whether Discord's client lets this value through: choices and bounds."""
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        return False
    size = len(value) if isinstance(value, str) else value
    suffix = "length" if isinstance(value, str) else "value"
    least, most = option.get(f"min_{suffix}"), option.get(f"max_{suffix}")
    return (least is None or size >= least) and (most is None or size <= most)


def menu_data(command: Json, target: Member | MessageRecord, resolved: Resolved, bot: User) -> Json:
    """Make the data of a context menu command. Its message is shown in full to the bot."""
    data: Json = {
        "id": command["id"],
        "name": command["name"],
        "type": command["type"],
        "target_id": target.id,
    }
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    if isinstance(target, Member):
        resolved.add(target)
        return data | {"resolved": resolved.objects}
    return data | {"resolved": {"messages": {target.id: target.json(bot)}}}


def find_component(rows: list[Json], custom_id: str) -> Json:
    """Find the component with this id, however deep it lies."""
    for row in rows:
        if row.get("custom_id") == custom_id:
            return row
        inner = [*(row.get("components") or []), row.get("accessory"), row.get("component")]
        try:
            return find_component([item for item in inner if item], custom_id)
        except LookupError:
            continue
    raise LookupError(f"no component {custom_id!r} is there to be clicked")


def modal_data(modal: Json, values: dict[str, str]) -> Json:
    """Make the data that is sent when a modal with text inputs is submitted."""
    missing = set(values)
    components = [_submitted(component, values, missing) for component in modal["components"]]
    if missing:
        raise LookupError(f"the modal has no inputs {sorted(missing)}")
    return {"custom_id": modal["custom_id"], "components": components}


def _submitted(component: Json, values: dict[str, str], missing: set[str]) -> Json:
    kept: Json = {"type": component["type"], "id": component.get("id", 1)}
    if "component" in component:
        return kept | {"component": _submitted(component["component"], values, missing)}
    if "components" in component:
        inner = [_submitted(item, values, missing) for item in component["components"]]
        return kept | {"components": inner}
    custom_id = component.get("custom_id", "")
    missing.discard(custom_id)
    return kept | {"custom_id": custom_id, "value": values.get(custom_id, "")}


def interaction_event(
    *,
    id_: str,
    token: str,
    type_: InteractionType,
    data: Json,
    channel: Channel,
    user: Member | User,
    guild: Guild,
    bot: User,
    app_permissions: int,
) -> Json:
    """INTERACTION_CREATE. In a guild it has the member with permissions, elsewhere the user."""
    event: Json = {
        "id": id_,
        "application_id": bot.id,
        "type": type_.value,
        "token": token,
        "version": 1,
        "data": data,
        "channel": channel.json(),
        "channel_id": channel.id,
        "locale": (user if isinstance(user, User) else user.user).locale,
        "entitlements": [],
        "app_permissions": str(int(app_permissions)),
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if isinstance(user, User):
        owners = {"0": "0"}
        return event | {"user": user.json(), "context": 1, "authorizing_integration_owners": owners}
    permissions = str(int(guild.permissions(user, channel)))
    return event | {
        "member": user.json() | {"permissions": permissions},
        "guild_id": guild.id,
        "guild": {"id": guild.id, "locale": guild.locale, "features": []},
        "context": 0,
        "authorizing_integration_owners": {"0": guild.id},
    }
