"""The checks of a message's payload that Discord really makes, with the errors it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from .wire import ApiError, Json, MessageFlag, invalid_form

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_CHARACTERS = 6000
MAX_FIELDS = 25
MAX_ROWS = 5
MAX_BUTTONS = 5
BUTTON = 2
LINK_STYLE = 5
#: message.mdx, "Embed Limits". Spaces around a text are trimmed before they are counted.
EMBED_LIMITS = {"title": 256, "description": 4096, "footer.text": 2048, "author.name": 256}
FIELD_LIMITS = {"name": 256, "value": 1024}
EMBED_LINKS = ("url", "author.url", "author.icon_url", "footer.icon_url", "image.url")


def check_payload(payload: Json) -> None:
    """Refuse what Discord refuses of the fields that are given, for a new message or an edit."""
    _longest("content", payload.get("content"), MAX_CONTENT)
    _longest("nonce", payload.get("nonce"), 25)
    _check_embeds(payload.get("embeds") or [])
    _check_rows(payload.get("components") or [], v2=bool(_flags(payload) & _V2))
    _check_allowed_mentions(payload.get("allowed_mentions") or {})


def is_empty(content: str, *parts: object) -> bool:
    """Whether nothing would be left to show."""
    return not content and not any(parts)


def as_stored(payload: Json) -> Json:
    """Turn the payload into what Discord keeps: texts trimmed, embeds typed, one per URL."""
    kept = dict(payload)
    if "content" in kept:
        kept["content"] = (kept["content"] or "").strip()
    if "embeds" in kept:
        kept["embeds"] = list(_rich(kept["embeds"] or []))
    if "components" in kept:
        kept["components"] = kept["components"] or []
    return kept


def _rich(embeds: list[Json]) -> Iterator[Json]:
    """Two embeds with one URL are shown as one ("Embeds are deduplicated by URL")."""
    seen: set[str] = set()
    for embed in embeds:
        url = embed.get("url")
        if url in seen:
            continue
        if url:
            seen.add(url)
        yield embed | {"type": "rich"}


_V2 = MessageFlag.IS_COMPONENTS_V2


def _flags(payload: Json) -> int:
    return payload.get("flags") or 0


def _longest(where: str, text: object, limit: int) -> None:
    if text is not None and len(str(text).strip()) > limit:
        raise _too_long(where, limit)


def _too_long(where: str, limit: int) -> ApiError:
    return invalid_form(where, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def _required(where: str) -> ApiError:
    return invalid_form(where, "BASE_TYPE_REQUIRED", "This field is required")


def _check_embeds(embeds: list[Json]) -> None:
    if len(embeds) > MAX_EMBEDS:
        raise _too_long("embeds", MAX_EMBEDS)
    for number, embed in enumerate(embeds):
        _check_embed(f"embeds.{number}", embed)
    if sum(len(text) for embed in embeds for text in _texts(embed)) > MAX_EMBED_CHARACTERS:
        message = f"Embed size exceeds maximum size of {MAX_EMBED_CHARACTERS}"
        raise invalid_form("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(where: str, embed: Json) -> None:
    for path, limit in EMBED_LIMITS.items():
        _longest(f"{where}.{path}", _at(embed, path), limit)
    for path in EMBED_LINKS:
        _check_link(f"{where}.{path}", _at(embed, path))
    fields = embed.get("fields") or []
    if len(fields) > MAX_FIELDS:
        raise _too_long(f"{where}.fields", MAX_FIELDS)
    for number, field in enumerate(fields):
        for part, limit in FIELD_LIMITS.items():
            if not str(field.get(part) or "").strip():
                raise _required(f"{where}.fields.{number}.{part}")
            _longest(f"{where}.fields.{number}.{part}", field[part], limit)
    if not any(_texts(embed)) and not _at(embed, "image.url"):
        raise _required(f"{where}.description")


def _texts(embed: Json) -> Iterator[str]:
    for path in EMBED_LIMITS:
        yield str(_at(embed, path) or "").strip()
    for field in embed.get("fields") or []:
        yield str(field.get("name") or "").strip()
        yield str(field.get("value") or "").strip()


def _at(embed: Json, path: str) -> Any:
    value: Any = embed
    for step in path.split("."):
        value = (value or {}).get(step)
    return value


def _check_link(where: str, url: str | None) -> None:
    if url is None:
        return
    scheme = urlsplit(url).scheme
    if scheme not in {"http", "https", "attachment"}:
        message = f"Scheme {scheme!r} is not supported. Scheme must be one of ('http', 'https')."
        raise invalid_form(where, "URL_TYPE_INVALID_SCHEME", message)
    _longest(where, url, 2048)


def _check_rows(rows: list[Json], *, v2: bool) -> None:
    """Check action rows with buttons; layouts of version 2 are taken as they come."""
    if v2:
        return
    if len(rows) > MAX_ROWS:
        raise _too_long("components", MAX_ROWS)
    seen: set[str] = set()
    for number, row in enumerate(rows):
        items = row.get("components") or []
        if not 1 <= len(items) <= MAX_BUTTONS:
            where = f"components.{number}.components"
            raise invalid_form(where, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
        for place, item in enumerate(items):
            _check_item(f"components.{number}.components.{place}", item, seen)


def _check_item(where: str, item: Json, seen: set[str]) -> None:
    _longest(f"{where}.label", item.get("label"), 80)
    if item.get("style") == LINK_STYLE and item["type"] == BUTTON:
        _check_link(f"{where}.url", item.get("url") or "")
        _longest(f"{where}.url", item.get("url"), 512)
        return
    custom_id = item.get("custom_id")
    if not custom_id:
        raise _required(f"{where}.custom_id")
    _longest(f"{where}.custom_id", custom_id, 100)
    if custom_id in seen:
        message = "Component custom id cannot be duplicated"
        raise invalid_form(f"{where}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
    seen.add(custom_id)


def _check_allowed_mentions(allowed: Json) -> None:
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        if listed and kind in (allowed.get("parse") or []):
            message = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            raise invalid_form("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE", message)
        if len(listed) > 100:
            raise _too_long(f"allowed_mentions.{kind}", 100)


def check_thread_name(name: object) -> str:
    text = str(name or "").strip()
    if not text:
        raise _required("name")
    if len(text) > 100:
        message = "Must be between 1 and 100 in length."
        raise invalid_form("name", "BASE_TYPE_BAD_LENGTH", message)
    return text


def fresh_flags(payload: Json) -> int:
    """Keep the flags that a request may set on a new message."""
    settable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | _V2
    return _flags(payload) & settable


def edited_flags(flags: int, payload: Json) -> int:
    """Let an edit set and clear SUPPRESS_EMBEDS, and set IS_COMPONENTS_V2."""
    if payload.get("flags") is None:
        return flags
    asked: int = payload["flags"]
    kept = flags & ~MessageFlag.SUPPRESS_EMBEDS
    return kept | asked & (MessageFlag.SUPPRESS_EMBEDS | _V2)
