"""Reads where a page leads: to the feeds of its site, and to other pages of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from retrieval.parsing.html import parse_page

_FEEDS = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/json",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses that a page links to, absolute, each once, in its order."""

    feeds: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


def read_links(markup: str, url: str) -> Links:
    """Return the links of a page that lies at an address."""
    try:
        root = parse_page(markup)
    except ValueError:
        return Links()
    stated = root.find(".//base[@href]")
    base = urljoin(url, stated.get("href")) if stated is not None else url
    feeds = [
        link.get("href")
        for link in root.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").lower().split(";")[0] in _FEEDS
    ]
    pages = [
        link.get("href")
        for link in root.iter("a")
        if "nofollow" not in (link.get("rel") or "").lower().split()
    ]
    return Links(_absolute(base, feeds), _absolute(base, pages))


def _absolute(base: str, addresses: list[str | None]) -> tuple[str, ...]:
    found = []
    for address in addresses:
        try:
            if address and address.strip():
                found.append(urljoin(base, address.strip()))
        except ValueError:  # such as a broken IPv6 address
            continue
    return tuple(dict.fromkeys(found))
