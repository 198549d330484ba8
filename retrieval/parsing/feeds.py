"""Reads feeds: RSS and Atom through feedparser, JSON Feed (jsonfeed.org, version 1.1) by itself."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

import feedparser

from retrieval.documents import StatedFacts
from retrieval.parsing.dates import parse_date
from retrieval.parsing.html import parse_fragment, text_of

# A text that is called a summary may still be the whole post; one of this many letters is.
_LONG_FOR_A_SUMMARY = 1500
_CUT_OFF = re.compile(r"(?:…|\.\.\.|read more|continue reading)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A post as its feed announces it; `content` is HTML, None where the page has to be read."""

    url: str
    facts: StatedFacts
    content: str | None


def read_feed(body: bytes, url: str) -> list[FeedEntry] | None:
    """Return the entries of a feed in its order, None for what is no feed.

    Entries without an address lead nowhere and are left out.
    """
    if body.lstrip()[:1] == b"{":
        return _read_json_feed(body, url)
    # A text that looks like an address would be fetched, so bytes go in as a stream.
    parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        return None
    return [
        FeedEntry(
            url=urljoin(url, entry["link"].strip()),
            facts=StatedFacts(
                title=_words(entry.get("title")),
                published=_day(entry, "published", "created"),
                updated=_day(entry, "updated"),
                tags=_tags(tag.get("term") for tag in entry.get("tags", ())),
                cover=_cover(entry),
                language=_words(entry.get("language") or parsed.feed.get("language")),
            ),
            content=_whole_text(
                [part.get("value") for part in entry.get("content", ())], entry.get("summary")
            ),
        )
        for entry in parsed.entries
        if (entry.get("link") or "").strip()
    ]


def _read_json_feed(body: bytes, url: str) -> list[FeedEntry] | None:
    try:
        feed = json.loads(body)
    except ValueError:
        return None
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return None
    items = feed.get("items")
    return [
        FeedEntry(
            url=urljoin(url, item["url"].strip()),
            facts=StatedFacts(
                title=_words(item.get("title")),
                published=parse_date(str(item.get("date_published") or "")),
                updated=parse_date(str(item.get("date_modified") or "")),
                tags=_tags(item.get("tags") or ()),
                cover=_words(item.get("image") or item.get("banner_image")),
                language=_words(item.get("language") or feed.get("language")),
            ),
            content=_whole_text([item.get("content_html")], item.get("summary")),
        )
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(item.get("url"), str) and item["url"].strip()
    ]


def _whole_text(contents: Sequence[object], summary: object) -> str | None:
    """Return the HTML of the whole post if the feed holds it."""
    whole = max((text for text in contents if isinstance(text, str)), key=len, default="")
    if whole and not _CUT_OFF.search(text_of(parse_fragment(whole))):
        return whole
    if isinstance(summary, str) and len(summary) >= _LONG_FOR_A_SUMMARY:
        text = text_of(parse_fragment(summary))
        if len(text) >= _LONG_FOR_A_SUMMARY and not _CUT_OFF.search(text):
            return summary
    return None


def _words(text: object) -> str | None:
    """Return a title without the markup that it may hold."""
    if not isinstance(text, str) or not text.strip():
        return None
    return text_of(parse_fragment(text)) or None


def _day(entry: Mapping[str, Any], *names: str) -> date | None:
    """Return the day that a date names, in the time zone it was written in."""
    for name in names:
        # `get` gives the day of publication for `updated` where there is none.
        stated = entry.get(name) if name in entry.keys() else None  # noqa: SIM118
        found = parse_date(stated) if isinstance(stated, str) else None
        if found:
            return found
    return None


def _cover(entry: Mapping[str, Any]) -> str | None:
    """Return the picture that an entry names: of Media RSS, or as an enclosure."""
    for media in (*entry.get("media_thumbnail", ()), *entry.get("media_content", ())):
        kind = str(media.get("medium") or media.get("type") or "image")
        if media.get("url") and kind.startswith("image"):
            return str(media["url"])
    for enclosure in entry.get("enclosures", ()):
        if str(enclosure.get("type")).startswith("image/") and enclosure.get("href"):
            return str(enclosure["href"])
    return None


def _tags(stated: Iterable[object]) -> tuple[str, ...]:
    words = (" ".join(tag.split()) for tag in stated if isinstance(tag, str))
    return tuple(dict.fromkeys(filter(None, words)))
