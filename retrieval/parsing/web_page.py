"""Reads a whole HTML page: what its head says of the post, and the sections of its main part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import html

from retrieval.documents import Section
from retrieval.parsing.dates import parse_date
from retrieval.parsing.html import parse_page, read_sections, text_of
from retrieval.parsing.main_text import count_articles, drop_surroundings, main_part

_POSTS = {"article", "blogposting", "newsarticle", "techarticle", "socialmediaposting"}


@dataclass(frozen=True, slots=True)
class WebPage:
    """A post as an HTML page holds it.

    `canonical` is the address that the page names as its own, `noindex` its wish not to be found,
    `language` a tag such as `en-GB`.
    `lists_posts` means that several posts stand on it side by side.
    """

    title: str | None = None
    published: date | None = None
    updated: date | None = None
    tags: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    canonical: str | None = None
    noindex: bool = False
    cover: str | None = None
    language: str | None = None
    lists_posts: bool = False


def read_web_page(markup: str) -> WebPage:
    """Read a page; one without any text gives a WebPage without sections."""
    try:
        root = parse_page(markup)
    except ValueError:
        return WebPage()
    data = _structured_data(root)
    articles = count_articles(root)
    is_post = bool(data) or "article" in _meta(root, "og:type")
    published = _date(_meta(root, "article:published_time", "date", "dc.date", "pubdate"))
    published = published or parse_date(str(data.get("datePublished") or ""))
    updated = _date(_meta(root, "article:modified_time", "og:updated_time"))
    title = next(_meta(root, "og:title"), None)
    title = title or next(filter(None, (text_of(found) for found in root.iter("title"))), None)
    main = main_part(root)
    first_heading = next(filter(None, (text_of(h1) for h1 in main.iter("h1"))), None)
    published = published or _date(_times(main)) or _only_time(root)
    drop_surroundings(main)
    return WebPage(
        title=first_heading or title,
        published=published,
        updated=updated or parse_date(str(data.get("dateModified") or "")),
        tags=tuple(dict.fromkeys(_meta(root, "article:tag"))),
        sections=tuple(read_sections(main)),
        canonical=_canonical(root),
        noindex=any("noindex" in content.lower() for content in _meta(root, "robots")),
        cover=next(_meta(root, "og:image", "og:image:url", "twitter:image"), None),
        language=root.get("lang"),
        lists_posts=articles > 1 and not is_post,
    )


def _structured_data(root: html.HtmlElement) -> Mapping[str, Any]:
    """Return what JSON-LD says of the post (schema.org), empty if it speaks of none."""
    for script in root.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            try:
                stated = json.loads(script.text_content())
            except (ValueError, RecursionError):
                continue
            for item in _items(stated):
                kinds = item.get("@type")
                for kind in kinds if isinstance(kinds, list) else [kinds]:
                    if str(kind).lower() in _POSTS:
                        return item
    return {}


def _items(stated: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(stated, list):
        for one in stated:
            yield from _items(one)
    elif isinstance(stated, dict):
        yield stated
        yield from _items(stated.get("@graph"))


def _canonical(root: html.HtmlElement) -> str | None:
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical":
            return (link.get("href") or "").strip() or None
    return None


def _meta(root: html.HtmlElement, *names: str) -> Iterator[str]:
    for name in names:
        for meta in root.iter("meta"):
            stated = meta.get("property") or meta.get("name") or ""
            content = (meta.get("content") or "").strip()
            if stated.lower() == name and content:
                yield content


def _times(main: html.HtmlElement) -> Iterator[str]:
    for time in main.iter("time"):
        yield time.get("datetime") or text_of(time)


def _only_time(root: html.HtmlElement) -> date | None:
    """Return the date beside the post, if the page has one alone; of several, none is sure."""
    days = {parse_date(stated) for stated in _times(root)} - {None}
    return days.pop() if len(days) == 1 else None


def _date(candidates: Iterator[str]) -> date | None:
    return next(filter(None, map(parse_date, candidates)), None)
