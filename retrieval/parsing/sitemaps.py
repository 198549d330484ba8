"""Reads sitemaps and indexes of sitemaps (sitemaps.org, version 0.9), and lists of addresses."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

_GZIP = b"\x1f\x8b"
_LARGEST = 50_000_000  # bytes, by the protocol


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses of pages, and of further sitemaps, in the order they are listed in."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def read_sitemap(body: bytes, url: str) -> Sitemap | None:
    """Return what a sitemap lists, None for what is no sitemap."""
    body = _unpacked(body)
    # Entities are not resolved and nothing is fetched, whatever the document asks for.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    kind = etree.QName(root).localname
    if kind not in {"urlset", "sitemapindex"}:
        return None
    listed = tuple(
        urljoin(url, location.text.strip())
        for location in root.iter("{*}loc")
        if isinstance(location.text, str)
        and location.text.strip()
        and etree.QName(location.getparent()).localname in {"url", "sitemap"}
    )
    unique = tuple(dict.fromkeys(listed))
    return Sitemap(unique, ()) if kind == "urlset" else Sitemap((), unique)


def _unpacked(body: bytes) -> bytes:
    """Return what a file such as `sitemap.xml.gz` holds, as much of it as a sitemap may have."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _LARGEST)
    except zlib.error:
        return b""
