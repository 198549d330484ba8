"""Speaks to any server with OpenAI's chat completions endpoint, vLLM first, and streams its answer.

Protocol: https://platform.openai.com/docs/api-reference/chat-streaming, with what vLLM adds to it:
an error may arrive inside the stream, and `[DONE]` may follow it, so that only a finish_reason
proves that an answer is whole.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.breaker import Breaker
from bot.errors import (
    LLMBrokenAnswer,
    LLMError,
    LLMRefused,
    LLMResting,
    LLMTooSlow,
    LLMUnreachable,
)

MOST_TOKENS = 400  # of an answer: five sentences and their marks
_TEMPERATURE = 0.2
_LONGEST_LINE = 1 << 20  # bytes of one event
_USUAL_CONTEXT = 8192  # tokens, where a server does not say
_TO_DESCRIBE = 0.5  # seconds; a list of models is no work
_WARM_UP = 60.0  # seconds
_HELLO = ({"role": "user", "content": "Hello"},)
_MEND: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "; set ASKBEN_LLM_API_KEY",
    HTTPStatus.NOT_FOUND: "; check ASKBEN_LLM_URL and ASKBEN_LLM_MODEL",
}


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an answer; `cut` is where it ends because it may have no more tokens."""

    text: str
    cut: bool = False


class LLM:
    """One model on one server. Keeps its connections open until it is closed."""

    def __init__(self, url: str, *, model: str | None, api_key: str | None) -> None:
        self._base = api_base(url)
        self._model = model
        self._context_length: int | None = None
        self._described = False
        self._breaker = Breaker()
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),  # the caller's deadlines rule
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def resting(self) -> float | None:
        """Return for how many seconds the LLM is left alone, for it failed again and again."""
        return self._breaker.rests(_now())

    async def context_length(self) -> int:
        """Return how many tokens the model takes, prompt and answer; a guess if it is not said."""
        try:
            async with asyncio.timeout(_TO_DESCRIBE):
                await self._describe()
        except (LLMError, TimeoutError) as error:
            _log.debug("The context length is not known: %s", error)  # the request will say more
        return self._context_length or _USUAL_CONTEXT

    async def warm_up(self) -> None:
        """Have the server write a token, so that no reader waits for its first. Raises LLMError."""
        async with aclosing(self._once(_HELLO, 1, _now() + _WARM_UP)) as pieces:
            async for _ in pieces:
                pass
        self._breaker.succeeded()

    async def stream(
        self, messages: Sequence[dict[str, str]], *, end_by: float, max_tokens: int = MOST_TOKENS
    ) -> AsyncGenerator[Piece]:
        """Yield the answer piece by piece.

        `end_by` is on the event loop's clock. It counts for the words of the answer and not for
        bytes: a server in trouble may send comments for ever. What fails before the first piece is
        tried once more. Leaving early ends the request on the server too. Raises LLMError when
        there is no whole answer.
        """
        if not self._breaker.begin(_now()):
            raise LLMResting(
                f"The LLM at {self._base} failed again and again; "
                f"it is asked again in {self.resting() or 0:.0f} s"
            )
        judged = False
        try:
            async with aclosing(self._twice(messages, max_tokens, end_by)) as pieces:
                async for piece in pieces:
                    if not judged:  # it writes, so it works, however this answer may end
                        self._breaker.succeeded()
                        judged = True
                    yield piece
            if not judged:
                self._breaker.succeeded()
                judged = True
        except LLMError:
            if not judged:
                self._breaker.failed(_now())
                judged = True
            raise
        finally:
            if not judged:
                self._breaker.abandoned()

    async def _twice(
        self, messages: Sequence[dict[str, str]], max_tokens: int, end_by: float
    ) -> AsyncGenerator[Piece]:
        shown = False
        try:
            async with aclosing(self._once(messages, max_tokens, end_by)) as pieces:
                async for piece in pieces:
                    shown = True
                    yield piece
                return
        except LLMError as error:
            if shown or not _may_help_to_ask_again(error):
                raise
        async with aclosing(self._once(messages, max_tokens, end_by)) as pieces:
            async for piece in pieces:
                yield piece

    async def _once(
        self, messages: Sequence[dict[str, str]], max_tokens: int, end_by: float
    ) -> AsyncGenerator[Piece]:
        what = "begin"
        async with aclosing(self._pieces(messages, max_tokens)) as pieces:
            while True:
                try:
                    async with asyncio.timeout_at(end_by):
                        piece = await anext(pieces, None)
                except TimeoutError as error:
                    raise LLMTooSlow(
                        f"The LLM at {self._base} did not {what} its answer in time"
                    ) from error
                if piece is None:
                    return
                what = "end"
                yield piece

    async def _pieces(
        self, messages: Sequence[dict[str, str]], max_tokens: int
    ) -> AsyncGenerator[Piece]:
        """Yield what is not empty of the answer; every error of the connection is translated."""
        try:
            request = {
                "model": await self._model_name(),
                "messages": list(messages),
                "max_tokens": max_tokens,
                "temperature": _TEMPERATURE,
                "stream": True,
            }
            async with self._session.post(
                self._base / "chat" / "completions", json=request
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise await self._refused(response)
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
            await self._describe()
        if self._model is None:
            raise LLMBrokenAnswer(
                f"The LLM at {self._base} does not say which models it has; set ASKBEN_LLM_MODEL"
            )
        return self._model

    async def _describe(self) -> None:
        """Ask once which models there are and how long their context is (vLLM's max_model_len)."""
        if self._described:
            return
        try:
            async with self._session.get(self._base / "models") as response:
                if response.status != HTTPStatus.OK:
                    raise await self._refused(response)
                listed = (await response.json(content_type=None))["data"]
                lengths = {str(one["id"]): one.get("max_model_len") for one in listed}
        except aiohttp.ClientError as error:
            raise LLMUnreachable(
                f"The LLM at {self._base} cannot be reached ({error}); "
                "check ASKBEN_LLM_URL and that the server runs"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError):
            lengths = {}  # a server may have no such list; a model in the settings is enough
        self._model = self._model or next(iter(lengths), None)
        length = lengths.get(self._model or "")
        self._context_length = length if isinstance(length, int) and length > 0 else None
        self._described = True

    async def _refused(self, response: aiohttp.ClientResponse) -> LLMRefused:
        text = await response.text(errors="replace")
        try:
            said = _error_of(json.loads(text))
        except ValueError:
            said = None
        mend = _MEND.get(response.status, "")
        return LLMRefused(
            f"The LLM at {self._base} answered {response.status} ({said or text[:200]}){mend}",
            temporary=response.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        )


def api_base(url: str) -> URL:
    """Return the address that paths are put behind; a bare host is taken to mean its /v1."""
    base = URL(url)
    return base / "v1" if base.path in {"", "/"} else base


async def _read_answer(response: aiohttp.ClientResponse) -> AsyncIterator[Piece]:
    finished = False
    async for event in _events(response):
        if said := _error_of(event):
            raise LLMRefused(f"The LLM broke off its answer ({said})", temporary=True)
        for choice in event.get("choices") or []:  # the event with the usage has none
            piece = (choice.get("delta") or {}).get("content") or ""
            reason = choice.get("finish_reason")
            finished = finished or reason is not None
            if piece or reason == "length":
                yield Piece(piece, cut=reason == "length")
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


def _may_help_to_ask_again(error: LLMError) -> bool:
    return isinstance(error, LLMUnreachable | LLMBrokenAnswer) or (
        isinstance(error, LLMRefused) and error.temporary
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
