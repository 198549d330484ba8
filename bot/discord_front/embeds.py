"""How an answer looks in Discord: text with its links, and one embed a cited post. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import discord

from bot.answering.types import Answer, Outcome, Source
from bot.discord_front.pages import cut_into_pages
from bot.texts import ENGLISH, Texts

LONGEST_MESSAGE = 2000  # characters; Discord's limit for bots
_MOST_EMBEDS = 3
_LONGEST_TITLE = 256  # Discord's limit
_LONGEST_PASSAGE = 350
_YEAR = 365.25  # days
_LONGEST_LIST = 1000  # characters of a message for the links
_COLOURS = {
    Outcome.ANSWERED: discord.Colour.blurple(),
    Outcome.QUOTED: discord.Colour.dark_teal(),
    Outcome.REFUSED: discord.Colour.light_grey(),
}
_FIRST_SOURCE = re.compile(r"(?:^|\n\n)\[1\] ")
_CLOSED = "\n```"
# At the end of a text: a link's text without its address, or an address that may go on.
_HALF_LINK = re.compile(r"(?:\[(?!\d+\]\Z)[^\]\n]*(?:\](?:\([^)\s]*)?)?|<?https?://[^\s>)]*)\Z")


def message_pages(answer: Answer, texts: Texts = ENGLISH) -> list[str]:
    """Return the messages of an answer: one, or several where it is too long for one."""
    sources = _source_list(answer.sources, texts)
    whole = f"{answer.text}\n\n{sources}" if sources else answer.text
    if len(whole) <= LONGEST_MESSAGE:
        return [whole]
    *pages, last = cut_into_pages(answer.text, LONGEST_MESSAGE)
    if len(last) + 2 + len(sources) <= LONGEST_MESSAGE:
        return [*pages, f"{last}\n\n{sources}"]
    return [*pages, last, sources]


def draft_text(text: str) -> str:
    """Return the beginning of an answer as it may be shown while it grows; it may be empty.

    A link that is not whole is held back, and a fence that is still open is closed.
    """
    shown = text if len(text) < LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1]
    if shown.count("```") % 2 == 0:
        shown = _HALF_LINK.sub("", shown)
        return shown if len(text) < LONGEST_MESSAGE else shown + "…"
    before, _, code = shown.rpartition("```")
    if "\n" not in code:
        return before.rstrip()
    return shown[: LONGEST_MESSAGE - len(_CLOSED)].rstrip("`").rstrip() + _CLOSED


def text_of_answer(content: str) -> str:
    """Return the answer's own text of a message that message_pages made."""
    found = _FIRST_SOURCE.search(content)
    return content[: found.start()] if found else content


def make_embeds(
    answer: Answer,
    *,
    today: date | None = None,
    old_after: float = 0.0,
    texts: Texts = ENGLISH,
) -> list[discord.Embed]:
    """Return an embed for each of the first cited posts: title, link, date and passage.

    A post that is older than `old_after` years says so; with 0, none does.
    """
    if answer.outcome is Outcome.REFUSED:
        return []
    embeds = []
    for source in answer.sources[:_MOST_EMBEDS]:
        embed = _embed(source, _COLOURS[answer.outcome])
        years = (today - source.date).days / _YEAR if today and source.date else 0.0
        if old_after and years >= old_after:
            age = texts.one_year if int(years) == 1 else texts.years.format(years=int(years))
            embed.set_footer(text=texts.old_post.format(age=age))
        embeds.append(embed)
    return embeds


def passages_text(answer: Answer) -> str:
    """Return the passages that an answer cites, each as a quotation below its post's title."""
    each = LONGEST_MESSAGE // max(1, len(answer.sources)) - _LONGEST_TITLE - 20
    parts = []
    for source in answer.sources:
        words = discord.utils.escape_markdown(" ".join(source.passage.text.split()))
        title = discord.utils.escape_markdown(_cut(source.title, 100))
        parts.append(f"**[{source.n}] {title}**\n> {_cut(words, max(each, 100))}")
    return _cut("\n\n".join(parts), LONGEST_MESSAGE)


def quotes_text(embeds: Sequence[discord.Embed], texts: Texts = ENGLISH) -> str:
    """Return what the embeds of an answer quote."""
    quotes = [f"**{embed.title}**\n> {embed.description}" for embed in embeds]
    return _cut("\n\n".join(quotes), LONGEST_MESSAGE) or texts.passages_gone


def _embed(source: Source, colour: discord.Colour) -> discord.Embed:
    day = source.date
    embed = discord.Embed(
        title=_cut(f"[{source.n}] {source.title}", _LONGEST_TITLE),
        url=source.link if _opens_anywhere(source.link) else None,
        description=discord.utils.escape_markdown(_cut(source.quote, _LONGEST_PASSAGE)),
        colour=colour,
        timestamp=datetime.combine(day, time(12), UTC) if day else None,
    )
    return embed.set_thumbnail(url=source.cover) if source.cover else embed


def _source_list(sources: Sequence[Source], texts: Texts) -> str:
    """Return the lines of links; where they are long, without the way to the quoted words."""
    lines = [_source_line(source, source.link, texts) for source in sources]
    if len("\n".join(lines)) > _LONGEST_LIST:
        lines = [_source_line(source, source.url, texts) for source in sources]
    while len("\n".join(lines)) > _LONGEST_LIST:
        lines.pop()
    return "\n".join(lines)


def _source_line(source: Source, link: str, texts: Texts) -> str:
    return f"[{source.n}] {link_line(source.title, link, source.date, texts)}"


def link_line(title: str, link: str, day: date | None, texts: Texts = ENGLISH) -> str:
    """Return a post as a line: its title as a link, and its day."""
    title = discord.utils.escape_markdown(_cut(title, _LONGEST_TITLE))
    title = title.replace("[", "(").replace("]", ")")  # brackets would end the link's text
    # The angle brackets keep Discord from adding a preview of its own.
    named = f"[{title}](<{link}>)" if _opens_anywhere(link) else title
    return named + (f" · {texts.day.format(day=day)}" if day else "")


def _opens_anywhere(link: str) -> bool:
    return link.startswith(("http://", "https://"))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
