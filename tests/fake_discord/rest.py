"""The edge of the REST API: records each request, checks the token, and calls the right route."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .faults import Buckets, Fault, Faults, too_many
from .messages import File
from .rules import Rules
from .waiting import News
from .wire import ApiError, Json, Refusal, invalid_form

API = "/api/v10"
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class RequestRecord:
    """One request of the bot. `status` is None until it is answered, and 0 if it never was."""

    method: str
    path: str
    query: dict[str, str]
    time: float
    json: Any = None
    status: int | None = None
    answered_at: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a route needs to know of its request."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    json: Any
    files: list[File] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with another status than 200, or 204 where there is nothing to say."""

    body: Json | list[Json]
    status: int = 200


Result = Answer | Json | list[Json] | None


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    handle: Callable[[Call], Awaitable[Result]]
    #: Interactions' callbacks and webhooks are known by the token in their path.
    needs_token: bool = True


class Rest:
    """Answers are `application/json` to the letter: discord.py reads anything else as text."""

    def __init__(self, rules: Rules, faults: Faults, news: News) -> None:
        self._rules = rules
        self._faults = faults
        self._news = news
        self._buckets = Buckets(rules)
        self.requests: list[RequestRecord] = []

    def serve(self, app: web.Application, routes: Iterable[Route]) -> None:
        for route in routes:
            app.router.add_route(route.method, API + route.path, self._endpoint(route))
        nowhere = Route("*", "/{rest:.*}", _not_found)
        app.router.add_route("*", API + nowhere.path, self._endpoint(nowhere))

    def _endpoint(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def endpoint(request: web.Request) -> web.StreamResponse:
            record = RequestRecord(
                request.method,
                request.path.removeprefix(API),
                dict(request.query),
                self._rules.now(),
            )
            self.requests.append(record)
            try:
                answer = await self._answer(route, request, record)
                if record.status is None:
                    record.status = answer.status
            finally:
                record.answered_at = self._rules.now()
                self._news.changed()
            return answer

        return endpoint

    async def _answer(
        self, route: Route, request: web.Request, record: RequestRecord
    ) -> web.StreamResponse:
        fault = self._faults.take(record.method, record.path)
        if fault is not None and not fault.after:
            failed = await _suffer(fault, request, record)
            if failed is not None:
                return failed
        headers, wait = self._buckets.spend(*_bucket(route, request))
        if wait is not None:
            return _respond(429, too_many(wait), headers)
        try:
            status, body = await self._call(route, request, record)
        except ApiError as error:
            status, body = error.status, error.json()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            _log.exception("%s %s has a body of the wrong shape", record.method, record.path)
            wrong = invalid_form("body", "BASE_TYPE_BAD_TYPE", repr(error))
            status, body = wrong.status, wrong.json()
        if fault is not None and fault.after:
            failed = await _suffer(fault, request, record)
            if failed is not None:
                return failed
        return _respond(status, body, headers)

    async def _call(
        self, route: Route, request: web.Request, record: RequestRecord
    ) -> tuple[int, Json | list[Json] | None]:
        record.json, files = await _read_body(request)
        given = request.headers.get("Authorization")
        if route.needs_token and given != f"Bot {self._rules.token}":
            raise ApiError(Refusal.UNAUTHORIZED)
        body = {} if record.json is None else record.json
        result = await route.handle(Call(request.match_info, request.query, body, files))
        if isinstance(result, Answer):
            return result.status, result.body
        return (204 if result is None else 200), result


async def _not_found(_: Call) -> Result:
    raise ApiError(Refusal.NOT_FOUND)


def _bucket(route: Route, request: web.Request) -> tuple[str, str]:
    """Limits count per route and per top-level resource in its path (rate-limits.mdx)."""
    names = ("channel", "guild", "interaction", "token")
    resource = "/".join(request.match_info.get(name, "") for name in names)
    return f"{route.method} {route.path}", resource


async def _read_body(request: web.Request) -> tuple[Any, list[File]]:
    if request.content_type.startswith("multipart/"):
        return await _read_form(request)
    text = await request.text()
    if not text:
        return None, []
    try:
        return json.loads(text), []
    except ValueError:
        raise ApiError(Refusal.INVALID_JSON) from None


async def _read_form(request: web.Request) -> tuple[Any, list[File]]:
    form = await request.post()
    files = []
    for part in form.values():
        if isinstance(part, web.FileField):
            with part.file as file:
                files.append(File(part.filename, file.read(), part.content_type))
    return json.loads(str(form["payload_json"])), files


async def _suffer(
    fault: Fault, request: web.Request, record: RequestRecord
) -> web.StreamResponse | None:
    """Let the fault happen; None where it was only a delay."""
    await asyncio.sleep(fault.delay)
    if fault.drop:
        record.status = 0
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # nobody is there to read it
    if fault.status is None:
        return None
    return _respond(fault.status, fault.body(), fault.headers())


def _respond(
    status: int, body: Json | list[Json] | None, headers: Mapping[str, str]
) -> web.Response:
    if body is None:
        return web.Response(status=status, headers=headers)
    payload = json.dumps(body).encode()
    return web.Response(
        status=status, body=payload, headers=headers, content_type="application/json"
    )
