"""Makes the address of a folder's post from the site's base URL, its path, slug and date."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin

from retrieval.documents import Permalinks

PERMALINK_FIELDS = ("folder", "slug", "year", "month", "day")
_DATE_PREFIX = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_](?=.)")


def slug_of(post: str) -> str:
    """Return the last part of a post's address as generators derive it from the file's path."""
    path = PurePosixPath(post)
    stem = path.parent.name if path.stem == "index" and path.parent.name else path.stem
    return _DATE_PREFIX.sub("", stem)


def permalink(
    permalinks: Permalinks,
    post: str,
    *,
    slug: str | None,
    stated: str | None,
    published: date | None,
) -> str:
    """Return the address of a post.

    `stated` is what the post itself says (`permalink:` or `url:`) and wins; `slug` replaces the one
    that the file name gives. Fields of the pattern that are not known are left out.
    """
    base = permalinks.site_url.rstrip("/") + "/"
    if stated and not re.search(r"[:{]", stated.removeprefix("https:").removeprefix("http:")):
        return urljoin(base, stated.lstrip("/"))
    path = PurePosixPath(post)
    parent = path.parent.parent if path.stem == "index" and path.parent.name else path.parent
    fields = {
        "folder": "/".join(part for part in parent.parts if not part.startswith("_")),
        "slug": slug.strip("/") if slug else slug_of(post),
        "year": f"{published:%Y}" if published else "",
        "month": f"{published:%m}" if published else "",
        "day": f"{published:%d}" if published else "",
    }
    filled = permalinks.pattern.format(**fields)
    return base + quote(re.sub(r"/{2,}", "/", filled).lstrip("/"))
