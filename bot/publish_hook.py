"""The webhook for a blog's publish action: POST /reindex on the health port, with a key."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from aiohttp import web


def publish_hook(key: str, ask: Callable[[], None]) -> web.RouteDef:
    """Return the route; `ask` has the sources read again, once, however often it is called."""
    expected = f"Bearer {key}".encode()

    async def reindex(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return web.json_response(
                {"error": "send the key of ASKBEN_REINDEX_KEY as Authorization: Bearer KEY"},
                status=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
        ask()
        return web.json_response({"status": "the blog is read again"}, status=202)

    return web.post("/reindex", reindex)
