"""Understands a page: title, dates, address and sections of the post, whatever format it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from retrieval.documents import Block, BlockKind, Document, LeftOutPage, Page, PageFormat, Section
from retrieval.languages import detect_language, language_of_tag
from retrieval.parsing.addresses import canonical_url, cover_url
from retrieval.parsing.dates import date_in_path, date_line
from retrieval.parsing.front_matter import FrontMatter, split_front_matter
from retrieval.parsing.html import parse_fragment, read_sections
from retrieval.parsing.markdown import render_markdown, render_mdx
from retrieval.parsing.permalinks import permalink, slug_of
from retrieval.parsing.plain_text import read_plain_text
from retrieval.parsing.web_page import WebPage, read_web_page

_BLOCKS_BEFORE_THE_DATE = 3


def parse(page: Page, *, today: date) -> Document | LeftOutPage:
    """Return the post that a page holds, or why it is left out.

    Raises PageError when the page cannot be understood.
    """
    front, body = _split(page)
    if front.hidden_because:
        return LeftOutPage(page.post, front.hidden_because)
    found = _read_body(page, body)
    if why := _why_not_a_post(page, found):
        return LeftOutPage(page.post, why)
    sections, dated = _take_date_line(found.sections)
    published = front.published or page.facts.published or found.published
    published = published or date_in_path(page.post) or dated
    if published and published > today:
        return LeftOutPage(page.post, f"is dated in the future ({published})")
    title = (
        front.title
        or page.facts.title
        or found.title
        or _first_heading(sections)
        or _title_of_path(page.post)
    )
    sections = _without_title(sections, title)
    if not any(section.blocks for section in sections):
        stated = front.title or page.facts.title
        if stated is None:
            return LeftOutPage(page.post, "is empty")
        # A post that only announces something, such as a redirect, can still be found and listed.
        said = Block(BlockKind.PARAGRAPH, front.description or stated)
        sections = [Section((), None, (said,))]
    url = _url(page, front, found, published)
    return Document(
        post=page.post,
        url=url,
        title=title,
        published=published,
        updated=front.updated or found.updated or page.facts.updated,
        tags=front.tags or page.facts.tags or found.tags,
        description=front.description,
        sections=tuple(section for section in sections if section.blocks),
        language=_language(front.language or page.facts.language or found.language, sections),
        cover=cover_url(url, front.cover or page.facts.cover or found.cover),
    )


def _language(stated: str | None, sections: Sequence[Section]) -> str | None:
    """Return the language of a post: as it is stated, else as it reads, None where it is not sure.

    A theme states its own language on every page, so what reads as another one is that one.
    """
    texts = (block.text for section in sections for block in section.blocks if _is_prose(block))
    read = detect_language(texts)
    return read if read != "other" else language_of_tag(stated)


def _is_prose(block: Block) -> bool:
    return block.kind not in {BlockKind.CODE, BlockKind.TABLE}


def _split(page: Page) -> tuple[FrontMatter, str]:
    if page.format in {PageFormat.PLAIN_TEXT, PageFormat.FEED_ENTRY}:
        return FrontMatter(), page.text
    return split_front_matter(page.text)


def _read_body(page: Page, body: str) -> WebPage:
    if page.format is PageFormat.HTML:
        return read_web_page(body)
    if page.format is PageFormat.PLAIN_TEXT:
        title, published, sections = read_plain_text(body)
        return WebPage(title, published, sections=tuple(sections))
    if page.format is PageFormat.FEED_ENTRY:
        return WebPage(sections=tuple(read_sections(parse_fragment(body))))
    render = render_mdx if page.format is PageFormat.MDX else render_markdown
    sections = read_sections(parse_fragment(render(body)))
    return WebPage(sections=tuple(sections))


def _why_not_a_post(page: Page, found: WebPage) -> str | None:
    """Return why a page of a site is none of its posts; files in a folder are taken as posts."""
    if not page.url.startswith("http") or page.format is not PageFormat.HTML:
        return None
    if found.noindex:
        return "asks not to be indexed (noindex)"
    return "is a list of posts" if found.lists_posts else None


def _take_date_line(sections: Sequence[Section]) -> tuple[list[Section], date | None]:
    """Take a line that only gives the date out of the first blocks of a post."""
    remaining = list(sections)
    seen = 0
    for number, section in enumerate(sections):
        for position, block in enumerate(section.blocks):
            seen += 1
            found = date_line(block.text) if block.kind is BlockKind.PARAGRAPH else None
            if found:
                blocks = section.blocks[:position] + section.blocks[position + 1 :]
                remaining[number] = replace(section, blocks=blocks)
                return remaining, found
            if seen == _BLOCKS_BEFORE_THE_DATE:
                return remaining, None
    return remaining, None


def _first_heading(sections: Sequence[Section]) -> str | None:
    return next((section.headings[0] for section in sections if section.headings), None)


def _title_of_path(post: str) -> str:
    words = slug_of(post).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else post


def _without_title(sections: Sequence[Section], title: str) -> list[Section]:
    """Drop the title from the heading paths that begin with it."""
    return [
        replace(section, headings=section.headings[1:], anchor=_anchor_below(section))
        if section.headings and _same_words(section.headings[0], title)
        else section
        for section in sections
    ]


def _anchor_below(section: Section) -> str | None:
    return section.anchor if len(section.headings) > 1 else None


def _same_words(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _url(page: Page, front: FrontMatter, found: WebPage, published: date | None) -> str:
    if page.permalinks is None:
        return canonical_url(page.url, found.canonical)
    return permalink(
        page.permalinks, page.post, slug=front.slug, stated=front.permalink, published=published
    )
