"""A fake Qdrant as far as snapshots need it: collections, aliases and snapshot files over REST.

It keeps no points and searches nothing; what a collection holds is a number. Written from
https://api.qdrant.tech, and not compared with a real server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass
class FakeQdrant:
    """A server for the time of an `async with`. `collections` holds metadata and point counts."""

    api_key: str | None = None
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    snapshots: dict[tuple[str, str], bytes] = field(default_factory=dict)
    url: str = ""

    def add(self, name: str, metadata: Any, points: int) -> None:
        self.collections[name] = {"metadata": metadata, "points": points}

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._guard], client_max_size=1 << 30)
        app.add_routes(
            [
                web.get("/aliases", self._list_aliases),
                web.post("/collections/aliases", self._change_aliases),
                web.get("/collections/{name}", self._collection),
                web.delete("/collections/{name}", self._delete),
                web.post("/collections/{name}/points/count", self._count),
                web.post("/collections/{name}/snapshots", self._make_snapshot),
                web.post("/collections/{name}/snapshots/upload", self._upload),
                web.get("/collections/{name}/snapshots/{snapshot}", self._download),
                web.delete("/collections/{name}/snapshots/{snapshot}", self._delete_snapshot),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.api_key and request.headers.get("api-key") != self.api_key:
            return web.Response(status=401, text="Must provide an API key")
        name = request.match_info.get("name")
        if name and name not in self.collections and not request.path.endswith("/upload"):
            said = f"Not found: Collection `{name}` doesn't exist!"
            return _answer({"error": said}, status=404)
        answered: web.StreamResponse = await handler(request)
        return answered

    async def _list_aliases(self, _: web.Request) -> web.Response:
        listed = [{"alias_name": a, "collection_name": c} for a, c in self.aliases.items()]
        return _answer({"aliases": listed})

    async def _change_aliases(self, request: web.Request) -> web.Response:
        for action in (await request.json())["actions"]:
            if "delete_alias" in action:
                del self.aliases[action["delete_alias"]["alias_name"]]
            else:
                create = action["create_alias"]
                self.aliases[create["alias_name"]] = create["collection_name"]
        return _answer(True)

    async def _collection(self, request: web.Request) -> web.Response:
        known = self.collections[request.match_info["name"]]
        config = {"params": {}, "metadata": known["metadata"]}
        return _answer({"status": "green", "points_count": known["points"], "config": config})

    async def _delete(self, request: web.Request) -> web.Response:
        del self.collections[request.match_info["name"]]
        return _answer(True)

    async def _count(self, request: web.Request) -> web.Response:
        return _answer({"count": self.collections[request.match_info["name"]]["points"]})

    async def _make_snapshot(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        made = f"{name}-1234-2026-03-01-12-00-00.snapshot"
        content = json.dumps(self.collections[name]).encode()
        self.snapshots[name, made] = content
        return _answer({"name": made, "creation_time": None, "size": len(content)})

    async def _upload(self, request: web.Request) -> web.Response:
        sent = (await request.post())["snapshot"]
        assert isinstance(sent, web.FileField)
        with sent.file as file:
            try:
                self.collections[request.match_info["name"]] = json.loads(file.read())
            except ValueError:
                return _answer({"error": "Wrong input: not a snapshot"}, status=400)
        return _answer(True)

    async def _download(self, request: web.Request) -> web.Response:
        key = request.match_info["name"], request.match_info["snapshot"]
        return web.Response(body=self.snapshots[key], content_type="application/octet-stream")

    async def _delete_snapshot(self, request: web.Request) -> web.Response:
        del self.snapshots[request.match_info["name"], request.match_info["snapshot"]]
        return _answer(True)


def _answer(result: Any, *, status: int = 200) -> web.Response:
    body = {"status": result, "time": 0.0} if status != 200 else {"status": "ok", "result": result}
    return web.json_response(body, status=status)
