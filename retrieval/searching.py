"""From a query to passages, one a post: finds the index that serves and asks it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Protocol

from retrieval.catalogue import Catalogue
from retrieval.documents import Calibration, IndexInfo
from retrieval.embedding import Embedder, Reranker
from retrieval.errors import ModelError, NoIndex
from retrieval.index_search import IndexSearch
from retrieval.queries import Query, SearchResult, Wanted
from retrieval.stores import Index
from retrieval.voice import in_first_person

_RERANKED = 10  # posts
_UNCALIBRATED = Calibration(trust=1.0, answerable_from=0.2)

_log = logging.getLogger(__name__)


class HasIndex(Protocol):
    """What knows which index serves, as a store does."""

    async def serving(self) -> Index | None:
        """Return that index."""


class Searcher:
    """Searches the serving index, whichever that is."""

    def __init__(
        self,
        *,
        store: HasIndex,
        embedder: Embedder,
        reranker: Reranker | None = None,
        author: str = "",
    ) -> None:
        self._store = store
        self._author = author
        self._embedder = embedder
        self._reranker = reranker

    async def index_info(self) -> IndexInfo | None:
        """Return what is known of the serving index, None if there is none. Raises StoreError."""
        index = await self._store.serving()
        return index.info if index else None

    async def catalogue(self) -> Catalogue | None:
        """Return the catalogue of the serving index, None if there is none. Raises StoreError."""
        index = await self._store.serving()
        return await index.catalogue() if index else None

    async def search(
        self, query: Query, *, limit: int = 10, rerank_until: float | None = None
    ) -> SearchResult:
        """Return the passages of at most `limit` posts.

        A reranker that is not done at `rerank_until` (the loop's time) changes nothing. Raises
        NoIndex, StoreError and ModelError.
        """
        index = await self._store.serving()
        if index is None:
            raise NoIndex("Nothing has been indexed yet; run askben index, or /reindex in Discord")
        search = IndexSearch(
            index,
            await index.catalogue(),
            self._embedder,
            index.info.calibration or _UNCALIBRATED,
        )
        if index.info.fingerprint.embedding_model != self._embedder.fingerprint("").embedding_model:
            search = search.by_words_alone()  # until a reindex has made the index anew
        if index.info.fingerprint.language == "english":
            query = in_first_person(query, self._author)
        query = await search.dated(query)
        if not query.text:
            return await search.by_date(query, limit)
        if self._reranker and query.wanted is Wanted.ANSWER and query.order is None:
            result = await search.by_topic(query, max(limit, _RERANKED))
            result = await _reranked(self._reranker, query, result, rerank_until)
            return replace(result, passages=result.passages[:limit])
        return await search.by_topic(query, limit)


async def _reranked(
    reranker: Reranker, query: Query, result: SearchResult, until: float | None
) -> SearchResult:
    """Return the result with the first posts in the order of the reranker, if it is in time."""
    first, rest = result.passages[:_RERANKED], result.passages[_RERANKED:]
    texts = [passage.best.embedded_text for passage in first]
    try:
        async with asyncio.timeout_at(until):
            scores = await reranker.scores(query.whole_text, texts)
    except TimeoutError:
        _log.warning("The reranker was too slow; the order of the search stands")
        return result
    except ModelError as error:
        _log.warning("The order of the search stands: %s", error)
        return result
    order = sorted(range(len(first)), key=lambda number: -scores[number])
    return replace(result, passages=(*(first[number] for number in order), *rest))
