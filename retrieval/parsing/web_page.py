"""Reads a whole HTML page: what its head says of the post, and the sections of its main part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import html

from retrieval.documents import Section
from retrieval.parsing.dates import parse_date
from retrieval.parsing.html import parse_page, read_sections, text_of

_MAIN_PARTS = (".//article", ".//main", ".//*[@role='main']", ".//body")
_NOT_THE_POST = ("footer", "aside", "header")


@dataclass(frozen=True, slots=True)
class WebPage:
    """A post as an HTML page holds it."""

    title: str | None
    published: date | None
    updated: date | None
    tags: tuple[str, ...]
    sections: tuple[Section, ...]


def read_web_page(markup: str) -> WebPage:
    """Read a page; one without any text gives a WebPage without sections."""
    try:
        root = parse_page(markup)
    except ValueError:
        return WebPage(None, None, None, (), ())
    main = next((found for path in _MAIN_PARTS for found in root.findall(path)), root)
    published = _date(_meta(root, "article:published_time", "date", "dc.date", "pubdate"))
    published = published or _date(_times(main))
    title = next(filter(None, (text_of(h1) for h1 in main.iter("h1"))), None)
    title = title or next(_meta(root, "og:title"), None)
    title = title or next(filter(None, (text_of(found) for found in root.iter("title"))), None)
    for part in [found for tag in _NOT_THE_POST for found in main.iter(tag)]:
        if part.tag != "header" or part.find(".//p") is None:
            _remove(part)
    return WebPage(
        title=title,
        published=published,
        updated=_date(_meta(root, "article:modified_time", "og:updated_time")),
        tags=tuple(dict.fromkeys(_meta(root, "article:tag"))),
        sections=tuple(read_sections(main)),
    )


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


def _date(candidates: Iterator[str]) -> date | None:
    return next(filter(None, map(parse_date, candidates)), None)


def _remove(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
