"""Interactions: what became of each one, and the routes by which the bot answers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .happenings import Happenings, reference_to
from .mentions import WEBHOOK
from .messages import Draft, MessageRecord
from .rest import Call, Result, Route
from .rules import Rules
from .validation import check_payload
from .wire import (
    ApiError,
    CallbackType,
    InteractionType,
    Json,
    MessageFlag,
    MessageType,
    Refusal,
    invalid_form,
)
from .world import World

if TYPE_CHECKING:
    from .guild import Channel, User
    from .waiting import News

CALLBACK = "/interactions/{interaction}/{token}/callback"
WEBHOOK_PATH = "/webhooks/{application}/{token}"
WEBHOOK_MESSAGE = WEBHOOK_PATH + "/messages/{message}"
MAX_CHOICES = 25

_ANSWERS = {
    InteractionType.COMMAND: {4, 5, 9},
    InteractionType.COMPONENT: {4, 5, 6, 7, 9},
    InteractionType.AUTOCOMPLETE: {8},
    InteractionType.MODAL_SUBMIT: {4, 5},
}


@dataclass(eq=False, kw_only=True)
class InteractionRecord:
    """Something that a person did with the bot, and everything that the bot answered."""

    id: str
    token: str
    type: InteractionType
    user: User
    channel: Channel
    data: Json
    created_at: float
    news: News
    #: The message that the component belongs to.
    message: MessageRecord | None = None
    #: The body of the callback, and when it came.
    answer: Json | None = None
    answered_at: float | None = None
    #: The message that answered, or that was edited by the answer.
    original: MessageRecord | None = None
    followups: list[MessageRecord] = field(default_factory=list)

    @property
    def deferred(self) -> bool:
        deferring = {CallbackType.DEFERRED_MESSAGE, CallbackType.DEFERRED_UPDATE}
        return self.answer is not None and self.answer["type"] in deferring

    @property
    def choices(self) -> list[Json]:
        """What autocompletion offered."""
        return list(self._answer_data().get("choices") or [])

    @property
    def modal(self) -> Json | None:
        is_modal = self.answer is not None and self.answer["type"] == CallbackType.MODAL
        return self._answer_data() if is_modal else None

    def _answer_data(self) -> Json:
        return (self.answer or {}).get("data") or {}

    async def answered(self) -> Json:
        """Wait for the callback, and return its body."""
        await self.news.wait(lambda: self.answer)
        return self.answer or {}

    async def filled(self) -> MessageRecord:
        """Wait until the answering message says more than that the bot is thinking."""
        await self.news.wait(lambda: self.original and not self.original.loading)
        if self.original is None:
            raise LookupError("this interaction has no answering message")
        return self.original


class Interactions:
    """Callbacks and webhooks. They are known by the interaction's token, without authorization."""

    def __init__(self, rules: Rules, world: World, happenings: Happenings) -> None:
        self._rules = rules
        self._world = world
        self._happenings = happenings
        self.records: list[InteractionRecord] = []

    def routes(self) -> list[Route]:
        return [
            Route("POST", CALLBACK, self.answer, needs_token=False),
            Route("POST", WEBHOOK_PATH, self.follow_up, needs_token=False),
            Route("GET", WEBHOOK_MESSAGE, self.read, needs_token=False),
            Route("PATCH", WEBHOOK_MESSAGE, self.edit, needs_token=False),
            Route("DELETE", WEBHOOK_MESSAGE, self.delete, needs_token=False),
        ]

    def _json(self, record: MessageRecord) -> Json:
        return record.json(self._world.bot)

    def _by_token(self, token: str) -> InteractionRecord | None:
        return next((record for record in self.records if record.token == token), None)

    async def answer(self, call: Call) -> Result:
        interaction = self._by_token(call.params["token"])
        if interaction is None or interaction.id != call.params["interaction"]:
            raise ApiError(Refusal.UNKNOWN_INTERACTION)
        if interaction.answer is not None:
            raise ApiError(Refusal.ALREADY_ACKNOWLEDGED)
        now = self._rules.now()
        if now - interaction.created_at > self._rules.interaction_lifetime:
            raise ApiError(Refusal.UNKNOWN_INTERACTION)
        _check_answer(interaction, call.json)
        await self._carry_out(interaction, call)
        interaction.answer, interaction.answered_at = call.json, now
        if call.query.get("with_response") not in {"1", "true"}:
            return None
        return self._callback_response(interaction)

    async def _carry_out(self, interaction: InteractionRecord, call: Call) -> None:
        type_, payload = call.json["type"], call.json.get("data") or {}
        if type_ in {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}:
            flags = (payload.get("flags") or 0) & MessageFlag.EPHEMERAL
            if type_ == CallbackType.DEFERRED_MESSAGE:
                payload, flags = {}, flags | MessageFlag.LOADING
            draft = Draft(
                author=self._world.bot,
                payload=payload,
                files=call.files,
                flags=flags,
                extras=self._extras(interaction),
                default_mentions=WEBHOOK,
            )
            _place_answer(draft, interaction)
            interaction.original = await self._happenings.post(interaction.channel, draft)
        elif type_ in {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE}:
            interaction.original = interaction.message
            if type_ == CallbackType.UPDATE and interaction.message is not None:
                await self._edit(interaction.message, payload, call)

    def _callback_response(self, interaction: InteractionRecord) -> Json:
        """Show the message itself only with types 4 and 7 (receiving-and-responding.mdx)."""
        about: Json = {"id": interaction.id, "type": interaction.type.value}
        type_ = interaction.answer["type"] if interaction.answer else None
        resource: Json = {"type": type_}
        if interaction.original is not None:
            original = interaction.original
            about["response_message_id"] = original.id
            about["response_message_loading"] = original.loading
            about["response_message_ephemeral"] = original.ephemeral
            if type_ in {CallbackType.MESSAGE, CallbackType.UPDATE}:
                resource["message"] = self._json(original)
        return {"interaction": about, "resource": resource}

    def _extras(self, interaction: InteractionRecord, *, follow_up: bool = False) -> Json:
        """How a message tells which interaction it answers."""
        metadata: Json = {
            "id": interaction.id,
            "type": interaction.type.value,
            "user": interaction.user.json(),
            "authorizing_integration_owners": {"0": interaction.channel.guild_id or "0"},
        }
        if follow_up and interaction.original is not None:
            metadata["original_response_message_id"] = interaction.original.id
        if interaction.message is not None:
            metadata["interacted_message_id"] = interaction.message.id
        if "name" in interaction.data:
            metadata["name"] = interaction.data["name"]
        application = self._world.bot.id
        return {
            "webhook_id": application,
            "application_id": application,
            "interaction_metadata": metadata,
        }

    def _live(self, call: Call) -> InteractionRecord:
        """Find the interaction of a webhook. One never answered in time has no webhook."""
        interaction = self._by_token(call.params["token"])
        if interaction is None or interaction.answer is None:
            raise ApiError(Refusal.UNKNOWN_WEBHOOK)
        if self._rules.now() - interaction.created_at > self._rules.token_lifetime:
            raise ApiError(Refusal.INVALID_WEBHOOK_TOKEN)
        return interaction

    async def follow_up(self, call: Call) -> Result:
        """Send another message; the first one after a deferral only fills the deferred one."""
        interaction = self._live(call)
        original = interaction.original
        if original is not None and original.loading and original.deleted_at is None:
            await self._edit(original, call.json, call)
            return self._json(original)
        check_payload(call.json)
        draft = Draft(
            author=self._world.bot,
            payload=call.json,
            files=call.files,
            flags=(call.json.get("flags") or 0) & MessageFlag.EPHEMERAL,
            extras=self._extras(interaction, follow_up=True),
            default_mentions=WEBHOOK,
        )
        if original is not None:
            draft.type, draft.replied_to = MessageType.REPLY, original
            draft.reference = reference_to(original)
        record = await self._happenings.post(interaction.channel, draft)
        interaction.followups.append(record)
        return self._json(record)

    def _message(self, call: Call) -> MessageRecord:
        interaction = self._live(call)
        wanted = call.params["message"]
        records = [interaction.original, *interaction.followups]
        if wanted == "@original":
            records, wanted = records[:1], records[0].id if records[0] else ""
        for record in records:
            if record is not None and record.id == wanted and record.deleted_at is None:
                return record
        raise ApiError(Refusal.UNKNOWN_MESSAGE)

    async def read(self, call: Call) -> Result:
        return self._json(self._message(call))

    async def edit(self, call: Call) -> Result:
        record = self._message(call)
        await self._edit(record, call.json, call)
        return self._json(record)

    async def _edit(self, record: MessageRecord, payload: Json, call: Call) -> None:
        check_payload(payload)
        await self._happenings.edit(record, payload, call.files, default_mentions=WEBHOOK)

    async def delete(self, call: Call) -> Result:
        await self._happenings.delete(self._message(call))
        return None


def _place_answer(draft: Draft, interaction: InteractionRecord) -> None:
    """Let the answer to a component reply to its message; a command's stands for itself."""
    target = interaction.message
    if target is not None:
        draft.type, draft.replied_to = MessageType.REPLY, target
        draft.reference = reference_to(target)
    elif interaction.data.get("type", 1) == 1:
        draft.type = MessageType.CHAT_INPUT_COMMAND
    else:
        draft.type = MessageType.CONTEXT_MENU_COMMAND


def _check_answer(interaction: InteractionRecord, body: Json) -> None:
    type_, data = body.get("type"), body.get("data") or {}
    allowed = _ANSWERS[interaction.type]
    if interaction.type == InteractionType.MODAL_SUBMIT and interaction.message is not None:
        allowed = allowed | {6, 7}  # the modal was opened by a component
    if type_ not in allowed:
        message = "This interaction cannot be answered so."
        raise invalid_form("type", "INTERACTION_CALLBACK_TYPE_INVALID", message)
    if type_ in {CallbackType.MESSAGE, CallbackType.UPDATE}:
        check_payload(data)
    elif type_ == CallbackType.AUTOCOMPLETE_RESULT:
        _check_choices(data.get("choices") or [])
    elif type_ == CallbackType.MODAL:
        _between("data.title", data.get("title"), 45)
        _between("data.custom_id", data.get("custom_id"), 100)
        _between("data.components", data.get("components"), 5)


def _check_choices(choices: list[Json]) -> None:
    if len(choices) > MAX_CHOICES:
        message = f"Must be {MAX_CHOICES} or fewer in length."
        raise invalid_form("data.choices", "BASE_TYPE_MAX_LENGTH", message)
    for number, choice in enumerate(choices):
        _between(f"data.choices.{number}.name", choice.get("name"), 100)


def _between(where: str, value: Any, most: int) -> None:
    if not 1 <= len(value or "") <= most:
        message = f"Must be between 1 and {most} in length."
        raise invalid_form(where, "BASE_TYPE_BAD_LENGTH", message)
