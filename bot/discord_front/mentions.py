"""Tells whether a message is a question to the bot, what it asks, and what was said before it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

import discord

from bot.answering.types import Question, Role, Turn
from bot.discord_front.embeds import text_of_answer

_SAID_BY_PEOPLE = {discord.MessageType.default, discord.MessageType.reply}
_LONGEST_CHAIN = 6  # messages before the question that are read

FetchMessage = Callable[[int], Awaitable[discord.Message | None]]


def is_question(message: discord.Message, bot_id: int) -> bool:
    """Tell whether a message asks the bot: it names the bot, or replies to one of its messages.

    A mention of @everyone or @here, which may include the bot, is none.
    """
    if message.author.bot or message.webhook_id or message.type not in _SAID_BY_PEOPLE:
        return False
    if bot_id in message.raw_mentions:
        return True
    replied = message.reference.resolved if message.reference else None
    # Without the message content intent, Discord hides a reply that does not ping the bot.
    return (
        isinstance(replied, discord.Message)
        and replied.author.id == bot_id
        and bool(message.content)
    )


def question_text(message: discord.Message, bot_id: int) -> str:
    """Return what a message asks: its text without the bot's name, other people by their names."""
    text = re.sub(rf"<@!?{bot_id}>", " ", message.content)
    for member in message.mentions:
        text = re.sub(rf"<@!?{member.id}>", f"@{member.display_name}", text)
    return " ".join(text.split())


async def read_question(
    message: discord.Message, bot_id: int, *, now: datetime, fetch: FetchMessage
) -> Question:
    """Return the question with the chain of replies it stands in, oldest first."""
    turns: list[Turn] = []
    earlier = message
    while len(turns) < _LONGEST_CHAIN:
        parent = await _parent(earlier, fetch)
        if parent is None:
            break
        earlier = parent
        if parent.author.id == bot_id:
            turns.append(Turn(Role.ASSISTANT, text_of_answer(parent.content)))
        elif not parent.author.bot:
            turns.append(Turn(Role.USER, question_text(parent, bot_id)))
    said = tuple(turn for turn in reversed(turns) if turn.content)
    return Question(question_text(message, bot_id), now, said)


async def _parent(message: discord.Message, fetch: FetchMessage) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        return None
    return reference.cached_message or await fetch(reference.message_id)
