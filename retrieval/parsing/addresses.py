"""What addresses say without being fetched: which are the same, which lead to no post. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id|ref|source)$", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:avif|css|docx?|epub|gif|gz|ico|jpe?g|js|json|mov|mp[34]|ogg|pdf|png|rss|svg|tar|tgz|ttf"
    r"|wav|webm|webp|woff2?|xlsx?|xml|zip)$",
    re.IGNORECASE,
)
_LISTS = {
    "archive", "archives", "author", "authors", "categories", "category", "feed", "label", "page",
    "search", "tag", "tags", "topic", "topics", "wp-json", "wp-login.php",
}  # fmt: skip
_FEWEST_POSTS_BELOW = 3
_LONGEST_COVER = 2000  # characters; Discord shows none that is longer
_PORTS = {"http": "80", "https": "443"}


def normalised(url: str) -> str:
    """Return an address without what leads to the same page: fragment, trackers, default port."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(f":{_PORTS.get(scheme)}")
    query = [pair for pair in parse_qsl(parts.query, True) if not _TRACKING.match(pair[0])]
    return urlunsplit((scheme, host, parts.path or "/", urlencode(query), ""))


def same_page(url: str) -> str:
    """Return what all addresses of a page share: no scheme, no `www.`, no slash at the end."""
    parts = urlsplit(normalised(url))
    host = parts.netloc.removeprefix("www.")
    path = re.sub(r"(?:/index\.html?)?/*$", "", parts.path)
    return f"{host}{path}{f'?{parts.query}' if parts.query else ''}"


def is_of_site(url: str, site: str) -> bool:
    """Tell whether an address lies at or below that of a site."""
    if urlsplit(url).scheme not in {"http", "https"}:
        return False
    one, other = same_page(url), same_page(site)
    return one == other or one.startswith(other.partition("?")[0] + "/")


def canonical_url(url: str, stated: str | None) -> str:
    """Return the address that a page names as its own, if it is of the same host; else its own."""
    if not stated:
        return url
    address = urljoin(url, stated)
    own, named = urlsplit(url), urlsplit(address)
    same_host = own.netloc.removeprefix("www.") == named.netloc.removeprefix("www.")
    return normalised(address) if same_host and named.scheme in {"http", "https"} else url


def cover_url(url: str, stated: str | None) -> str | None:
    """Return the address of a post's picture, None where it has none that opens anywhere.

    A path out of the folder of the post names a file that a generator takes and puts elsewhere.
    """
    if not stated or stated.startswith("..") or "." not in stated:
        return None
    address = urljoin(url, stated)
    parts = urlsplit(address)
    shown = parts.scheme in {"http", "https"} and not parts.path.lower().endswith(".svg")
    return address if shown and len(address) <= _LONGEST_COVER else None


def may_be_post(url: str) -> bool:
    """Tell whether an address may be that of a post: no file of another kind, no list of posts."""
    path = urlsplit(url).path
    parts = [part.lower() for part in path.split("/") if part]
    return bool(parts) and not _NO_PAGE.search(path) and not _LISTS.intersection(parts)


def without_lists(urls: Iterable[str]) -> list[str]:
    """Leave out the addresses that several others lie right below: those are lists of posts."""
    urls = list(urls)
    above = Counter(same_page(url).rpartition("/")[0] for url in urls)
    return [url for url in urls if above[same_page(url)] < _FEWEST_POSTS_BELOW]
