"""Checks what answers are made with: the embedding model, the index, Qdrant, the LLM."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import aclosing
from http import HTTPStatus

import aiohttp

from bot.doctor.findings import Finding, Verdict
from bot.errors import LLMError
from bot.llm import LLM
from bot.served_models import served_models
from retrieval.documents import Fingerprint, IndexInfo
from retrieval.embedding import Embedder
from retrieval.errors import ModelError, StoreBusy, StoreError
from retrieval.stores import Store

_OLDEST_QDRANT = (1, 16)  # earlier ones keep no metadata with a collection
_LEAST_TRUST = 0.5  # below it, the words of a blog count for more than its meaning
_LEAST_CONTEXT = 4096  # tokens: five passages, the rules and the answer
_PATIENCE = 10.0  # seconds for the LLM's first token; a cold server needs a few
_A_QUESTION = [{"role": "user", "content": "Say yes."}]


async def check_embedding(embedder: Embedder) -> Finding:
    """Load the model and say what it is."""
    try:
        await embedder.load()
        dimension = await embedder.dimension()
    except ModelError as error:
        return Finding("embedding model", Verdict.FAILED, str(error))
    name = embedder.fingerprint("english").embedding_model
    return Finding("embedding model", Verdict.OK, f"{name}, {dimension} dimensions")


async def check_index(store: Store, fingerprint: Callable[[str], Fingerprint]) -> Finding:
    """Say what serves, whether this model made it, and what was measured on it."""
    try:
        index = await store.serving()
    except StoreBusy:
        said = "another askBen process is using it, the bot for one; its /readyz tells more"
        return Finding("index", Verdict.SKIPPED, said)
    except StoreError as error:
        return Finding("index", Verdict.FAILED, str(error))
    if index is None:
        return Finding("index", Verdict.FAILED, "there is none yet", "run askben index")
    return judge_index(index.info, fingerprint(index.info.fingerprint.language))


def judge_index(info: IndexInfo, wanted: Fingerprint) -> Finding:
    """Judge what is known of an index, beside what this askBen would make."""
    size = f"{info.posts} posts in {info.chunks} chunks, built {info.built_at:%Y-%m-%d %H:%M} UTC"
    if info.fingerprint != wanted:
        said = f"{size}, by {info.fingerprint.embedding_model} and not as it would be made now"
        return Finding("index", Verdict.FAILED, said, "run askben index")
    if info.calibration is None:
        return Finding("index", Verdict.WARNING, f"{size}, not measured", "run askben index")
    trust = info.calibration.trust
    said = f"{size}; trust {trust:.2f}, answerable from {info.calibration.answerable_from:.2f}"
    if trust < _LEAST_TRUST:
        mend = (
            f"the model hardly knows {info.fingerprint.language}; "
            "set ASKBEN_EMBEDDING_MODEL to one of many languages"
        )
        return Finding("index", Verdict.WARNING, said, mend)
    return Finding("index", Verdict.OK, said)


async def check_qdrant(url: str | None, api_key: str | None) -> Finding:
    """Say where the index is kept, and whether that server is new enough."""
    if url is None:
        return Finding("qdrant", Verdict.OK, "embedded in askBen")
    headers = {"api-key": api_key} if api_key else {}
    limit = aiohttp.ClientTimeout(total=_PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=limit) as session,
            session.get(url) as response,
        ):
            if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                said, mend = "the server refuses the key", "set ASKBEN_QDRANT_API_KEY"
                return Finding("qdrant", Verdict.FAILED, said, mend)
            version = str((await response.json(content_type=None))["version"])
    except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError) as error:
        said = f"{url} does not answer as Qdrant does ({error!r})"
        mend = "check ASKBEN_QDRANT_URL and that the server runs"
        return Finding("qdrant", Verdict.FAILED, said, mend)
    if _release(version) < _OLDEST_QDRANT:
        oldest = ".".join(map(str, _OLDEST_QDRANT))
        return Finding("qdrant", Verdict.FAILED, f"version {version}", f"use {oldest} or newer")
    return Finding("qdrant", Verdict.OK, f"version {version} at {url}")


async def check_llm(
    url: str | None, *, model: str | None, api_key: str | None, deadline: float
) -> list[Finding]:
    """Say which model answers, how long its context is, and how soon its first token comes.

    `deadline` is in seconds; the first token has half of it.
    """
    if url is None:
        mend = "set ASKBEN_LLM_URL for answers in sentences"
        return [Finding("llm", Verdict.WARNING, "there is none, so posts are quoted", mend)]
    try:
        served = await served_models(url, api_key=api_key)
    except LLMError as error:
        return [Finding("llm", Verdict.FAILED, str(error))]
    chosen = next((one for one in served if model in {None, one.name}), None)
    if chosen is None:
        names = ", ".join(one.name for one in served) or "none at all"
        said, mend = f"it has {names}", f"set ASKBEN_LLM_MODEL to one of them, not {model}"
        return [Finding("llm", Verdict.FAILED, said, mend)]
    length = chosen.context_length
    said = f"{chosen.name}, {f'{length} tokens' if length else 'length unknown'} of context"
    finding = Finding("llm", Verdict.OK, said)
    if length is not None and length < _LEAST_CONTEXT:
        mend = f"give it {_LEAST_CONTEXT} or more (vLLM: --max-model-len)"
        finding = Finding("llm", Verdict.WARNING, said, mend)
    llm = LLM(url, model=chosen.name, api_key=api_key)
    try:
        return [finding, await _check_token(llm, deadline)]
    finally:
        await llm.close()


async def _check_token(llm: LLM, deadline: float) -> Finding:
    clock = asyncio.get_running_loop().time
    started = clock()
    limit = started + _PATIENCE
    try:
        pieces = llm.stream(_A_QUESTION, end_by=limit)
        async with aclosing(pieces):
            await anext(pieces, None)
    except LLMError as error:
        return Finding("first token", Verdict.FAILED, str(error), "see the log of the LLM's server")
    took = clock() - started
    said = f"after {took * 1000:.0f} ms"
    if took > deadline / 2:
        said += f", and answers have {deadline / 2:.1f} s for it"
        mend = "take a smaller model, or raise ASKBEN_ANSWER_DEADLINE"
        return Finding("first token", Verdict.WARNING, said, mend)
    return Finding("first token", Verdict.OK, said)


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
