"""From a question to ranked passages, one per post first."""

from __future__ import annotations

from retrieval.documents import DateRange, Passage
from retrieval.embedding import Embedder
from retrieval.ranking import one_per_post_first, rank
from retrieval.stores import Store

_CANDIDATES = 100  # chunks asked of each of the two searches


class Searcher:
    """Asks the embedder and the store once per question."""

    def __init__(self, *, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    async def search(self, question: str, *, dates: DateRange | None = None) -> list[Passage]:
        """Return the passages that answer a question best, the best one of each post first.

        The question must stand alone. Raises StoreError and EmbeddingModelError.
        """
        embedded = await self._embedder.embed_question(question)
        hits = await self._store.search(embedded, limit=_CANDIDATES, dates=dates)
        return one_per_post_first(rank(hits))
