"""Reads a message: what the decision needs of it, what it asks, and what was said before it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import discord

from bot.answering.types import Question, Role, Turn
from bot.discord_front.deciding import Heard
from bot.discord_front.embeds import text_of_answer

_SAID_BY_PEOPLE = {discord.MessageType.default, discord.MessageType.reply}
_MOST_TURNS = 6  # messages before the question
_LONGEST_HISTORY = 6000  # characters of them all

FetchMessage = Callable[[int], Awaitable[discord.Message | None]]
FetchEarlier = Callable[[int], Awaitable[list[discord.Message]]]


def hear(message: discord.Message) -> Heard:
    """Return what the decision needs to know of a message."""
    channel = message.channel
    thread = channel if isinstance(channel, discord.Thread) else None
    above = (channel.id, thread and thread.parent_id, getattr(channel, "category_id", None))
    replied = message.reference.resolved if message.reference else None
    return Heard(
        content=message.content,
        said=not message.author.bot
        and message.webhook_id is None
        and message.type in _SAID_BY_PEOPLE,
        guild=message.guild.id if message.guild else None,
        channels=frozenset(id_ for id_ in above if id_),
        roles=frozenset(role.id for role in getattr(message.author, "roles", ())),
        replies_to=replied.author.id if isinstance(replied, discord.Message) else None,
        thread_owner=thread.owner_id if thread else None,
    )


def locale_of(message: discord.Message) -> str:
    """Return the locale of the server that a message was written in; of its author none is told."""
    return str(message.guild.preferred_locale) if message.guild else ""


def question_text(message: discord.Message, bot_id: int) -> str:
    """Return what a message asks: its text without the bot's name, other people by their names."""
    text = re.sub(rf"<@!?{bot_id}>", " ", message.content)
    for member in message.mentions:
        text = re.sub(rf"<@!?{member.id}>", f"@{member.display_name}", text)
    return " ".join(text.split())


async def read_question(
    messages: Sequence[discord.Message],
    bot_id: int,
    *,
    now: datetime,
    fetch: FetchMessage,
    earlier: FetchEarlier,
) -> Question:
    """Return what messages of one person ask together, with the conversation they stand in.

    That is the chain of replies, or what was last said in the thread. Nothing comes from another
    channel. What other people said is handed on as a quotation under their name.
    """
    first = messages[0]
    text = "\n".join(filter(None, (question_text(message, bot_id) for message in messages)))
    text = "\n".join(filter(None, (_forum_title(first), text)))
    if first.reference is None and isinstance(first.channel, discord.Thread):
        said = [_opening(m) for m in await earlier(_MOST_TURNS)]
        said = [m for m in said if m.type in _SAID_BY_PEOPLE]
    else:
        said = await _chain(first, fetch)
    turns = [_turn(message, bot_id, asker=first.author.id) for message in said]
    history = tuple(_capped([turn for turn in turns if turn]))
    return Question(text, now, history, locale=locale_of(first))


def _forum_title(message: discord.Message) -> str:
    """Return the title of a forum post if the message is its first, whose id is the post's."""
    post = message.channel
    if not isinstance(post, discord.Thread) or message.id != post.id:
        return ""
    return post.name if isinstance(post.parent, discord.ForumChannel) else ""


def _opening(message: discord.Message) -> discord.Message:
    """Return the message that a thread was opened on, where its copy stands; else the same."""
    opened_on = message.reference.resolved if message.reference else None
    is_copy = message.type is discord.MessageType.thread_starter_message
    return opened_on if is_copy and isinstance(opened_on, discord.Message) else message


def _turn(message: discord.Message, bot_id: int, *, asker: int) -> Turn | None:
    if message.author.id == bot_id:
        content = text_of_answer(message.content)
        return Turn(Role.ASSISTANT, content) if content else None
    content = "" if message.author.bot else question_text(message, bot_id)
    content = "\n".join(filter(None, (_forum_title(message), content)))
    if not content:
        return None
    if message.author.id != asker:
        content = f'{message.author.display_name} wrote: "{content}"'
    return Turn(Role.USER, content)


def _capped(turns: list[Turn]) -> list[Turn]:
    """Return the last turns that fit."""
    left = _LONGEST_HISTORY
    kept: list[Turn] = []
    for turn in reversed(turns[-_MOST_TURNS:]):
        left -= len(turn.content)
        if left < 0:
            break
        kept.append(turn)
    return kept[::-1]


async def _chain(message: discord.Message, fetch: FetchMessage) -> list[discord.Message]:
    """Return the messages that led to this one by replies, oldest first."""
    chain: list[discord.Message] = []
    while len(chain) < _MOST_TURNS and (parent := await _parent(message, fetch)):
        chain.append(parent)
        message = parent
    return chain[::-1]


async def _parent(message: discord.Message, fetch: FetchMessage) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    if reference.channel_id != message.channel.id:  # forwarded from elsewhere
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        return None
    return reference.cached_message or await fetch(reference.message_id)
