"""The reranker: a cross-encoder that reads question and passage together. Slow, off by default."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embedding.model_files import ModelChoice, load_reranker

if TYPE_CHECKING:
    from fastembed.rerank.cross_encoder import TextCrossEncoder


class Reranker:
    """Scores passages for a question with one model, loaded on first use."""

    def __init__(self, *, model: str, folder: Path | None, cache: Path) -> None:
        self._choice = ModelChoice(model, folder, cache, "reranker", "RERANKER")
        self._loaded: TextCrossEncoder | None = None
        self._loading = threading.Lock()

    async def load(self) -> None:
        """Load the model now. Raises ModelError when it cannot be had."""
        await asyncio.to_thread(self._model)

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return how well each passage answers, higher is better. Raises ModelError."""
        return await asyncio.to_thread(self._scores, question, passages)

    def _scores(self, question: str, passages: Sequence[str]) -> list[float]:
        return [float(score) for score in self._model().rerank(question, list(passages))]

    def _model(self) -> TextCrossEncoder:
        with self._loading:
            if self._loaded is None:
                self._loaded = load_reranker(self._choice)
            return self._loaded
