"""The health port: /healthz (alive), /readyz (can answer, and how well), /metrics (Prometheus)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum

from aiohttp import web

from bot.errors import HealthPortError

_PATIENCE = 3.0  # seconds for one check; a dependency that needs longer counts as down
_PROMETHEUS_TEXT = "text/plain; version=1.0.0; charset=utf-8"


class State(StrEnum):
    """How a dependency, or the bot as a whole, is."""

    OK = "ok"
    DEGRADED = "degraded"  # answers are given, but not the best ones
    DOWN = "down"  # no answers are given


@dataclass(frozen=True, slots=True)
class Health:
    """How one dependency is, and what a person should know of it."""

    state: State
    detail: str


Check = Callable[[], Awaitable[Health]]


@asynccontextmanager
async def serve_health(
    host: str,
    port: int,
    *,
    checks: Mapping[str, Check],
    metrics: Callable[[], Awaitable[bytes]],
    routes: Iterable[web.RouteDef] = (),
) -> AsyncIterator[int]:
    """Serve the health port meanwhile, and yield its number, which is chosen where `port` is 0.

    `checks` are what readiness hangs on, by name; `routes` are served beside the three of its own.
    Raises HealthPortError when the port cannot be opened.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")  # that it is said at all is what it says

    async def readyz(_: web.Request) -> web.Response:
        healths = await _checked(checks)
        states = {health.state for health in healths.values()}
        worst = next((s for s in (State.DOWN, State.DEGRADED) if s in states), State.OK)
        document = {
            "status": worst,
            "checks": {name: asdict(health) for name, health in healths.items()},
        }
        status = 503 if worst is State.DOWN else 200
        return web.json_response(document, status=status, dumps=_dumped)

    async def metrics_page(_: web.Request) -> web.Response:
        page = await metrics()
        return web.Response(body=page, headers={"Content-Type": _PROMETHEUS_TEXT})

    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", metrics_page),
            *routes,
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise HealthPortError(
                f"The health port {host}:{port} cannot be opened ({error.strerror}); "
                "set ASKBEN_HEALTH_PORT to another one"
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _checked(checks: Mapping[str, Check]) -> dict[str, Health]:
    healths = await asyncio.gather(*(_within_patience(check) for check in checks.values()))
    return dict(zip(checks, healths, strict=True))


async def _within_patience(check: Check) -> Health:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check()
    except TimeoutError:
        return Health(State.DOWN, f"did not answer within {_PATIENCE:.0f} seconds")


def _dumped(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
