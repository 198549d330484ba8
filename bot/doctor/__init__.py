"""The doctor: looks at everything askBen leans on and says in one line each how it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.doctor.backends import check_embedding, check_index, check_llm, check_qdrant
from bot.doctor.discord_account import check_discord
from bot.doctor.findings import Finding
from bot.doctor.machine import check_disk, check_sources
from bot.settings import Settings
from retrieval.embedding import Embedder
from retrieval.sources import Source
from retrieval.stores import Store


async def diagnose(
    settings: Settings,
    *,
    store: Store,
    embedder: Embedder,
    sources: Callable[[], Sequence[Source]],
    clock: Callable[[], datetime],
) -> list[Finding]:
    """Return one finding a check, in the order in which a person would mend them."""
    token, qdrant_key, llm_key = (
        secret.get_secret_value() if secret else None
        for secret in (settings.discord_token, settings.qdrant_api_key, settings.llm_api_key)
    )
    discord, read, disk, embedding, qdrant, llm = await asyncio.gather(
        check_discord(
            token,
            settings.discord_api_url,
            clock,
            threads=settings.discord_threads,
            message_content=settings.discord_message_content,
        ),
        check_sources(sources),
        check_disk(settings.data_dir),
        check_embedding(embedder),
        check_qdrant(settings.qdrant_url, qdrant_key),
        check_llm(
            settings.llm_url,
            model=settings.llm_model,
            api_key=llm_key,
            deadline=settings.answer_deadline,
        ),
    )
    index = await check_index(store, embedder.fingerprint)
    return [*discord, *read, disk, embedding, qdrant, index, *llm]
