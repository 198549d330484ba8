"""Asks an OpenAI-compatible server which models it has, and how long their context is."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from bot.errors import LLMBrokenAnswer, LLMRefused, LLMTooSlow, LLMUnreachable
from bot.llm import api_base

_PATIENCE = aiohttp.ClientTimeout(total=2.0)  # seconds; the list of models is no work for it


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model by the name to ask for it with. `context_length` is in tokens, where it is told."""

    name: str
    context_length: int | None


async def served_models(url: str, *, api_key: str | None) -> list[ServedModel]:
    """Return the models of a server.

    Raises LLMError when the server is not there, refuses, or says what cannot be understood.
    """
    base = api_base(url)
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=_PATIENCE) as session,
            session.get(base / "models") as response,
        ):
            if response.status != HTTPStatus.OK:
                refused = response.status == HTTPStatus.UNAUTHORIZED
                mend = "set ASKBEN_LLM_API_KEY" if refused else "check ASKBEN_LLM_URL"
                raise LLMRefused(
                    f"The LLM at {base} answers {response.status} when asked for its models; {mend}"
                )
            listed = (await response.json(content_type=None))["data"]
            return [ServedModel(str(one["id"]), one.get("max_model_len")) for one in listed]
    except TimeoutError as error:
        raise LLMTooSlow(f"The LLM at {base} did not name its models in time") from error
    except aiohttp.ClientError as error:
        raise LLMUnreachable(
            f"The LLM at {base} cannot be reached ({error}); "
            "check ASKBEN_LLM_URL and that the server runs"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LLMBrokenAnswer(
            f"The LLM at {base} does not say which models it has; check ASKBEN_LLM_URL"
        ) from error
