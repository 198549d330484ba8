"""The commands of the health checks, run as a container engine would run them."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import yaml
from aiohttp import web

from tests.conftest import REPOSITORY

COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
PORTS = {"bot": 8080, "qdrant": 6333, "vllm": 8000}
PATHS = {"bot": "/readyz", "qdrant": "/readyz", "vllm": "/health"}


@asynccontextmanager
async def a_server(path: str, status: int) -> AsyncIterator[int]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text="so it is")

    app = web.Application()
    app.router.add_get(path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


async def check(service: str, port: int) -> int:
    """Return the exit code of a service's health check, asked of another port."""
    _, program, *arguments = COMPOSE["services"][service]["healthcheck"]["test"]
    arguments[-1] = arguments[-1].replace("$$", "$").replace(str(PORTS[service]), str(port))
    program = sys.executable if program == "python3" else program
    started = await asyncio.create_subprocess_exec(
        program, *arguments, stderr=asyncio.subprocess.DEVNULL
    )
    return await started.wait()


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash, as the image of Qdrant has it")
@pytest.mark.parametrize("service", PORTS)
async def test_a_health_check_passes_for_200_alone(service: str, unused_tcp_port: int) -> None:
    async with a_server(PATHS[service], 200) as port:
        assert await check(service, port) == 0
    async with a_server(PATHS[service], 503) as port:
        assert await check(service, port) != 0
    assert await check(service, unused_tcp_port) != 0
