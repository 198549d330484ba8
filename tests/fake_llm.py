"""A fake LLM: a real server on loopback that streams chat completions as vLLM does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from aiohttp import web

MODEL = "fake-model"


class Ending(StrEnum):
    """How a stream ends."""

    WHOLE = "whole"
    ERROR_THEN_DONE = "an error inside the stream, then [DONE], as a vLLM that is stopped sends it"
    WITHOUT_FINISH = "[DONE] without a finish_reason"
    CUT = "the connection breaks"
    STALL = "nothing more comes, and the connection stays open"
    COMMENTS = "keep-alive comments for ever"
    ENDLESS = "more words for ever"
    GARBAGE = "what is no JSON"


@dataclass(frozen=True, slots=True)
class Script:
    """What the server does with a request. Times are in seconds."""

    pieces: Sequence[str] = ()
    status: int = 200
    body: Any = None
    before_first: float = 0.0
    between: float = 0.0
    ending: Ending = Ending.WHOLE
    finish_reason: str = "stop"


@dataclass
class FakeLLM:
    """An OpenAI-compatible server for the time of an `async with`.

    `script` is what it does next and from then on. `chats` holds the body of every request for an
    answer, and `abandoned` counts the clients that left before its end.
    """

    script: Script = field(default_factory=lambda: Script(["Yes", " [1]", "."]))
    api_key: str | None = None
    chats: list[dict[str, Any]] = field(default_factory=list)
    abandoned: int = 0
    max_model_len: int = 8192
    later: list[Script] = field(default_factory=list)
    url: str = ""

    def will_say(self, *pieces: str, **script: Any) -> None:
        """Answer with these pieces from now on."""
        self.script = Script(pieces, **script)

    def next_script(self) -> None:
        """Go on to what was queued to be said later."""
        if self.later:
            self.script = self.later.pop(0)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._chat)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        if refused := self._unauthorized(request):
            return refused
        model = {
            "id": MODEL,
            "object": "model",
            "owned_by": "vllm",
            "max_model_len": self.max_model_len,
        }
        return web.json_response({"object": "list", "data": [model]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if refused := self._unauthorized(request):
            return refused
        chat = await request.json()
        self.chats.append(chat)
        script = self.script
        self.next_script()
        if script.status != 200:
            return web.json_response(script.body, status=script.status)
        if chat.get("model") != MODEL:
            message = f"The model `{chat.get('model')}` does not exist. Valid aliases: {MODEL}."
            error = {"message": message, "type": "NotFoundError", "param": "model", "code": 404}
            return web.json_response({"error": error}, status=404)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        try:
            await self._stream(request, response, script)
        except (asyncio.CancelledError, ConnectionError):
            self.abandoned += 1
            raise
        return response

    def _unauthorized(self, request: web.Request) -> web.Response | None:
        wanted = f"Bearer {self.api_key}"
        if self.api_key is None or request.headers.get("Authorization") == wanted:
            return None
        return web.json_response({"error": "Unauthorized"}, status=401)

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, script: Script
    ) -> None:
        await asyncio.sleep(script.before_first)
        await _send(response, _chunk({"role": "assistant", "content": ""}))
        *pieces, last = script.pieces or [""]
        whole = script.ending is Ending.WHOLE
        for piece in pieces if whole else script.pieces:
            await _send(response, _chunk({"content": piece}))
            await asyncio.sleep(script.between)
        if whole:  # the last piece rides with the finish_reason
            await _send(response, _chunk({"content": last}, finish_reason=script.finish_reason))
            usage = {"prompt_tokens": 9, "completion_tokens": len(script.pieces)}
            await _send(response, {"id": "chatcmpl-1", "choices": [], "usage": usage})
            await response.write(b"data: [DONE]\n\n")
            return
        await _end_badly(request, response, script.ending)


async def _end_badly(request: web.Request, response: web.StreamResponse, ending: Ending) -> None:
    if ending is Ending.ERROR_THEN_DONE:
        message = "EngineCore encountered an issue. See stack trace (above) for the root cause."
        error = {"message": message, "type": "InternalServerError", "param": None, "code": 500}
        await _send(response, {"error": error})
    if ending in {Ending.ERROR_THEN_DONE, Ending.WITHOUT_FINISH}:
        await response.write(b"data: [DONE]\n\n")
    elif ending is Ending.GARBAGE:
        await response.write(b"data: {this is no JSON\n\n")
    elif ending is Ending.CUT:
        assert request.transport is not None
        request.transport.abort()
    else:
        await _never_end(response, ending)


async def _never_end(response: web.StreamResponse, ending: Ending) -> None:
    while True:
        if ending is Ending.COMMENTS:
            await response.write(b": keep-alive\n\n")
        elif ending is Ending.ENDLESS:
            await _send(response, _chunk({"content": " and"}))
        await asyncio.sleep(0.01)


def _chunk(delta: dict[str, str], *, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}


async def _send(response: web.StreamResponse, event: dict[str, Any]) -> None:
    await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
