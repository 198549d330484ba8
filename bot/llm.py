"""Speaks to any server with OpenAI's chat completions endpoint, vLLM first, and streams its answer.

Protocol: https://platform.openai.com/docs/api-reference/chat-streaming, with what vLLM adds to it:
an error may arrive inside the stream, and `[DONE]` may follow it, so that only a finish_reason
proves that an answer is whole.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.errors import LLMBrokenAnswer, LLMRefused, LLMTooSlow, LLMUnreachable

_MOST_TOKENS = 400  # of an answer: five sentences and their marks
_TEMPERATURE = 0.2
_LONGEST_LINE = 1 << 20  # bytes of one event
_MEND: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "; set ASKBEN_LLM_API_KEY",
    HTTPStatus.NOT_FOUND: "; check ASKBEN_LLM_URL and ASKBEN_LLM_MODEL",
}


class LLM:
    """One model on one server. Keeps its connections open until it is closed."""

    def __init__(self, url: str, *, model: str | None, api_key: str | None) -> None:
        self._base = api_base(url)
        self._model = model
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),  # the caller's deadlines rule
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def stream(
        self, messages: Sequence[dict[str, str]], *, first_token_by: float, end_by: float
    ) -> AsyncGenerator[str]:
        """Yield the answer piece by piece.

        Both times are on the event loop's clock. They count words of the answer and not bytes, for
        a server in trouble may send comments for ever. Leaving early ends the request on the
        server too. Raises LLMError when there is no whole answer.
        """
        async with aclosing(self._pieces(messages)) as pieces:
            limit, what = min(first_token_by, end_by), "begin"
            while True:
                try:
                    async with asyncio.timeout_at(limit):
                        piece = await anext(pieces, None)
                except TimeoutError as error:
                    raise LLMTooSlow(
                        f"The LLM at {self._base} did not {what} its answer in time"
                    ) from error
                if piece is None:
                    return
                limit, what = end_by, "end"
                yield piece

    async def _pieces(self, messages: Sequence[dict[str, str]]) -> AsyncGenerator[str]:
        """Yield what is not empty of the answer; every error of the connection is translated."""
        try:
            request = {
                "model": await self._model_name(),
                "messages": list(messages),
                "max_tokens": _MOST_TOKENS,
                "temperature": _TEMPERATURE,
                "stream": True,
            }
            async with self._session.post(
                self._base / "chat" / "completions", json=request
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise LLMRefused(await self._refusal(response))
                async for piece in _read_answer(response):
                    yield piece
        except aiohttp.ClientPayloadError as error:
            raise LLMUnreachable(f"The connection to the LLM at {self._base} broke") from error
        except aiohttp.ClientError as error:
            raise LLMUnreachable(
                f"The LLM at {self._base} cannot be reached ({error}); "
                "check ASKBEN_LLM_URL and that the server runs"
            ) from error

    async def _model_name(self) -> str:
        """Return the model of the settings, or the first one that the server says it has."""
        if self._model is None:
            async with self._session.get(self._base / "models") as response:
                if response.status != HTTPStatus.OK:
                    raise LLMRefused(await self._refusal(response))
                try:
                    self._model = str((await response.json(content_type=None))["data"][0]["id"])
                except (ValueError, KeyError, IndexError, TypeError) as error:
                    raise LLMBrokenAnswer(
                        f"The LLM at {self._base} does not say which models it has; "
                        "set ASKBEN_LLM_MODEL"
                    ) from error
        return self._model

    async def _refusal(self, response: aiohttp.ClientResponse) -> str:
        text = await response.text(errors="replace")
        try:
            said = _error_of(json.loads(text))
        except ValueError:
            said = None
        mend = _MEND.get(response.status, "")
        return f"The LLM at {self._base} answered {response.status} ({said or text[:200]}){mend}"


def api_base(url: str) -> URL:
    """Return the address that paths are put behind; a bare host is taken to mean its /v1."""
    base = URL(url)
    return base / "v1" if base.path in {"", "/"} else base


async def _read_answer(response: aiohttp.ClientResponse) -> AsyncIterator[str]:
    finished = False
    async for event in _events(response):
        if said := _error_of(event):
            raise LLMRefused(f"The LLM broke off its answer ({said})")
        for choice in event.get("choices") or []:  # the event with the usage has none
            piece = (choice.get("delta") or {}).get("content")
            finished = finished or choice.get("finish_reason") is not None
            if piece:
                yield piece
    if not finished:
        raise LLMBrokenAnswer("The LLM ended its answer without saying that it was whole")


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """Yield the JSON of each `data:` line of a stream of server-sent events."""
    rest = b""
    async for received in response.content.iter_any():
        *lines, rest = (rest + received).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise LLMBrokenAnswer("The LLM sent an event that never ends")
        for line in lines:
            name, _, value = line.strip().partition(b":")
            if name != b"data" or value.strip() == b"[DONE]":
                continue
            try:
                event = json.loads(value)
            except ValueError as error:
                raise LLMBrokenAnswer(f"The LLM sent what is no JSON ({value[:80]!r})") from error
            if isinstance(event, dict):
                yield event


def _error_of(event: object) -> str | None:
    """Return the message of an error in any of the three shapes that servers use."""
    if not isinstance(event, dict):
        return None
    error = event.get("error") or event.get("detail")
    if isinstance(error, dict):
        return str(error.get("message") or error)
    return str(error) if error else None
