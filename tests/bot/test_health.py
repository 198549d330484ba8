"""The health port: alive, ready and how well, metrics, and room for more routes."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

import bot.health
from bot.errors import HealthPortError
from bot.health import Check, Health, State, serve_health


def is_(state: State, detail: str = "so it is") -> Check:
    async def check() -> Health:
        return Health(state, detail)

    return check


async def page() -> bytes:
    return b"askben_answers_total 1.0\n"


async def get(port: int, path: str) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text(), response.headers["Content-Type"]


@pytest.mark.parametrize(
    ("index", "llm", "status", "word"),
    [
        (State.OK, State.OK, 200, "ok"),
        (State.OK, State.DEGRADED, 200, "degraded"),
        (State.DOWN, State.DEGRADED, 503, "down"),
    ],
)
async def test_degraded_is_ready_and_down_is_not(
    index: State, llm: State, status: int, word: str
) -> None:
    checks = {"index": is_(index), "llm": is_(llm)}
    async with serve_health("127.0.0.1", 0, checks=checks, metrics=page) as port:
        answered, body, _ = await get(port, "/readyz")
        alive, _, _ = await get(port, "/healthz")
    assert answered == status
    assert json.loads(body)["status"] == word
    assert json.loads(body)["checks"]["index"] == {"state": index, "detail": "so it is"}
    assert alive == 200


async def test_a_check_that_hangs_is_down_and_the_others_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bot.health, "_PATIENCE", 0.05)

    async def hang() -> Health:
        await asyncio.sleep(60)
        return Health(State.OK, "")

    checks = {"index": hang, "llm": is_(State.OK)}
    async with serve_health("127.0.0.1", 0, checks=checks, metrics=page) as port:
        status, body, _ = await get(port, "/readyz")
    assert status == 503
    assert json.loads(body)["checks"]["llm"]["state"] == "ok"


async def test_metrics_are_served_as_prometheus_wants_them() -> None:
    async with serve_health("127.0.0.1", 0, checks={}, metrics=page) as port:
        status, body, kind = await get(port, "/metrics")
    assert (status, body) == (200, "askben_answers_total 1.0\n")
    assert kind.startswith("text/plain; version=")


async def test_more_routes_can_be_served_beside_its_own() -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    routes = [web.get("/hello", hello)]
    async with serve_health("127.0.0.1", 0, checks={}, metrics=page, routes=routes) as port:
        assert (await get(port, "/hello"))[1] == "hello"


async def test_a_port_that_is_taken_is_one_sentence() -> None:
    async with serve_health("127.0.0.1", 0, checks={}, metrics=page) as port:
        with pytest.raises(HealthPortError, match="ASKBEN_HEALTH_PORT"):
            async with serve_health("127.0.0.1", port, checks={}, metrics=page):
                pass
