"""What /status says: how each thing is that the bot leans on, and how fast answers are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.health import State
from bot.metrics import Metrics
from bot.readiness import Readiness
from bot.settings import Settings
from retrieval.errors import StoreError
from retrieval.stores import Store


@dataclass(frozen=True, slots=True)
class StatusLine:
    """How one thing is: `ok`, `degraded` or `down`."""

    name: str
    state: str
    detail: str


async def status_lines(
    settings: Settings, store: Store, readiness: Readiness, metrics: Metrics
) -> list[StatusLine]:
    """Return a line each."""
    checks = readiness.checks
    healths = await asyncio.gather(*(check() for check in checks.values()))
    lines = [
        StatusLine(name, str(health.state), health.detail)
        for name, health in zip(checks, healths, strict=True)
    ]
    try:
        index = await store.serving()
    except StoreError:
        index = None  # the line of the index says so
    if index:
        info = index.info
        built = f"{info.built_at:%Y-%m-%d %H:%M} UTC from {', '.join(info.sources)}"
        lines.append(StatusLine("index built", str(State.OK), built))
        model = f"{info.fingerprint.embedding_model}, {info.fingerprint.language}"
        lines.append(StatusLine("embedding model", str(State.OK), model))
    if (p95 := metrics.p95()) is not None:
        late = p95 > settings.answer_deadline * 1000
        said = f"95 of 100 within {p95 / 1000:.1f} s"
        lines.append(StatusLine("answers", str(State.DEGRADED if late else State.OK), said))
    return lines
