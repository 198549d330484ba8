"""Reads posts exported as plain text: the title, a line with the date, paragraphs and lists."""

from __future__ import annotations

import re
from datetime import date

from retrieval.documents import Block, BlockKind, Section
from retrieval.parsing.dates import date_line

_BULLET = re.compile(r"^\s*(?:[•◦▪‣*-]|\d{1,2}[.)])\s+\S")
_LINES_BEFORE_THE_DATE = 3


def read_plain_text(text: str) -> tuple[str | None, date | None, list[Section]]:
    """Return title, date and the text as one section without headings."""
    lines = [line.rstrip() for line in text.lstrip("\ufeff").splitlines()]
    title = next((line.strip() for line in lines if line.strip()), None)
    if title is None:
        return None, None, []
    rest = lines[next(n for n, line in enumerate(lines) if line.strip()) + 1 :]
    published = None
    for number, line in enumerate(rest[:_LINES_BEFORE_THE_DATE]):
        published = date_line(line)
        if published:
            rest = rest[number + 1 :]
            break
    return title, published, [Section((), None, tuple(_blocks(rest)))]


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    group: list[str] = []
    for line in [*lines, ""]:
        if line.strip() and (not group or _is_bullet(group) == _is_bullet([line])):
            group.append(line.strip())
            continue
        if group:
            blocks.append(_block(group))
        group = [line.strip()] if line.strip() else []
    return blocks


def _is_bullet(group: list[str]) -> bool:
    return bool(_BULLET.match(group[0]))


def _block(group: list[str]) -> Block:
    if _is_bullet(group):
        return Block(BlockKind.LIST, "\n".join(group))
    return Block(BlockKind.PARAGRAPH, " ".join(" ".join(group).split()))
