"""Parts front matter (YAML or TOML) from the body of a page and reads the fields of a post."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from retrieval.errors import PageError
from retrieval.parsing.dates import parse_date

_OPENING = re.compile(r"\A\s*(?P<fence>---|\+\+\+)[ \t]*\n")
_LOOKS_LIKE_A_FIELD = re.compile(r"^[\w.\"'-]+\s*[:=]", re.MULTILINE)
# As generators and authors name them, in any case and without "-" and "_" between their words.
_PUBLISHED = (
    *("date", "published", "publishedat", "publishedon", "publisheddate", "publishdate", "pubdate"),
    *("publicationdate", "datepublished", "posted", "postedat", "postedon", "dateposted"),
    *("created", "createdat", "createdon", "datecreated"),
)
_UPDATED = (
    *("updated", "updatedat", "updatedon", "lastupdated", "dateupdated", "lastmod", "modified"),
    *("lastmodified", "lastmodifiedat", "modifiedat", "modifieddate", "datemodified", "moddate"),
)
# A cover may be a mapping of its own: Hugo's `cover: {image: …}`, Jekyll's `header: {teaser: …}`.
_COVER = (
    *("cover", "coverimage", "image", "featuredimage", "featureimage", "heroimage", "ogimage"),
    *("thumbnail", "banner", "header", "hero", "socialimage"),
)
_COVER_INSIDE = ("image", "url", "src", "path", "teaser", "ogimage")
# Bear Blog's header has no fence above it, and ends in three underscores.
_BEAR_HEADER = re.compile(r"\A\s*(?P<head>(?:[a-z_]+:[^\n]*\n)+)\s*^___[ \t]*$\n?", re.MULTILINE)
_FALSE = {"", "false", "no", "off", "0", "null", "~"}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a post that its author wrote above it; None or empty where nothing was said."""

    title: str | None = None
    published: date | None = None
    updated: date | None = None
    slug: str | None = None
    permalink: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None
    cover: str | None = None
    language: str | None = None
    hidden_because: str | None = None


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return the front matter and the body.

    Raises PageError when there is front matter that cannot be read: guessing could publish a draft.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return _split_bear_header(text)
    fence = re.escape(opening["fence"])
    closing = re.search(rf"^{fence}[ \t]*$\n?", text[opening.end() :], re.MULTILINE)
    if closing is None:
        if _LOOKS_LIKE_A_FIELD.match(text, opening.end()):
            raise PageError(
                f"its front matter never ends; close it with a line of {opening['fence']}"
            )
        return FrontMatter(), text
    head = text[opening.end() : opening.end() + closing.start()]
    body = text[opening.end() + closing.end() :]
    fields = _read_toml(head) if opening["fence"] == "+++" else _read_yaml(head)
    if fields is None:  # two thematic breaks around ordinary text
        return FrontMatter(), text
    return _post_fields(fields), body


def _split_bear_header(text: str) -> tuple[FrontMatter, str]:
    header = _BEAR_HEADER.match(text)
    if header is None:
        return FrontMatter(), text
    lines = (line.partition(":") for line in header["head"].splitlines())
    fields = {name: value.strip() for name, _, value in lines}
    fields["slug"] = fields.pop("link", "")
    return _post_fields(fields), text[header.end() :]


def _read_yaml(head: str) -> Mapping[str, Any] | None:
    try:
        # The base loader keeps every value as written: `date: 2023-13-45` is then ours to judge.
        fields = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506 - safer than the safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise PageError(
            f"its front matter is not valid YAML{line} ({problem}); "
            "put values that hold a colon or a quote in quotation marks"
        ) from error
    if fields is None or fields == "":
        return {}
    return fields if isinstance(fields, dict) else None


def _read_toml(head: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise PageError(f"its front matter is not valid TOML ({error}); mend that line") from error


def _post_fields(fields: Mapping[str, Any]) -> FrontMatter:
    by_name = {_plain(name): value for name, value in fields.items()}
    taxonomies = by_name.get("taxonomies")
    if isinstance(taxonomies, dict):  # Zola keeps tags there
        by_name = {**taxonomies, **by_name}
    return FrontMatter(
        title=_text(by_name, "title"),
        published=_date(by_name, *_PUBLISHED) or _date_of_several(by_name, "created"),
        updated=_date(by_name, *_UPDATED) or _date_of_several(by_name, "updated"),
        slug=_text(by_name, "slug"),
        permalink=_text(by_name, "permalink", "url"),
        tags=_tags(by_name),
        description=_text(by_name, "description", "desc", "summary", "excerpt"),
        cover=_cover(by_name),
        language=_text(by_name, "lang", "language", "locale"),
        hidden_because=_hidden_because(by_name),
    )


def _text(fields: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return None


def _cover(fields: Mapping[str, Any]) -> str | None:
    for name in _COVER:
        stated = fields.get(name)
        if isinstance(stated, list) and stated:
            stated = stated[0]
        if isinstance(stated, dict):
            stated = _text({_plain(name): value for name, value in stated.items()}, *_COVER_INSIDE)
        if isinstance(stated, str) and stated.strip():
            return stated.strip()
    return None


def _plain(name: object) -> str:
    """Return the name of a field as it is compared."""
    return re.sub(r"[-_ ]", "", str(name).lower())


def _date(fields: Mapping[str, Any], *names: str) -> date | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, date):  # TOML has dates of its own, and a datetime is a date
            return date(value.year, value.month, value.day)
        found = parse_date(value) if isinstance(value, str) else None
        if found:
            return found
    return None


def _date_of_several(fields: Mapping[str, Any], name: str) -> date | None:
    """Return one of several dates under `date`, as Material for MkDocs has them."""
    stated = fields.get("date")
    return _date(stated, name) if isinstance(stated, dict) else None


def _tags(fields: Mapping[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("tags", "categories", "keywords"):
        value = fields.get(name)
        if isinstance(value, str):
            value = value.split(",")
        if isinstance(value, list):
            found += [" ".join(tag.split()) for tag in value if isinstance(tag, str)]
    return tuple(dict.fromkeys(filter(None, found)))


def _hidden_because(fields: Mapping[str, Any]) -> str | None:
    if _is_true(fields.get("draft")) or str(fields.get("status", "")).lower() == "draft":
        return "is a draft"
    if "published" in fields and str(fields["published"]).lower() in {"false", "no"}:
        return "is not published (published: false)"
    if str(fields.get("publish", "")).lower() in {"false", "no"}:
        return "is not published (publish: false)"
    if _is_true(fields.get("hidden")):
        return "is hidden (hidden: true)"
    return None


def _is_true(value: object) -> bool:
    return value is not None and str(value).strip().lower() not in _FALSE
