"""The embedder: chunks and questions to vectors, in a thread, the model loaded on first use."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.chunking import CHUNKER_VERSION
from retrieval.documents import Chunk, EmbeddedChunk, EmbeddedText, Fingerprint
from retrieval.embedding.model_files import ModelChoice, load_model
from retrieval.embedding.words import LANGUAGE, WordWeights
from retrieval.errors import EmbeddingModelError

if TYPE_CHECKING:
    from fastembed import TextEmbedding
    from tokenizers import Tokenizer

# Small batches of texts of like length are fastest on a CPU (91 against 49 chunks a second for 4
# sorted against 16 unsorted), and 256, fastembed's default, needs 1.6 GB.
_BATCH = 8


@dataclass(frozen=True, slots=True)
class TokenCounter:
    """The embedding model's own measure of text. `limit` is how many tokens it reads of one."""

    tokenizer: Tokenizer
    limit: int

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the length of each text in tokens, special tokens left out."""
        encoded = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(one.ids) for one in encoded]


class Embedder:
    """Embeds with one dense model and one set of word weights. Safe to use from several tasks.

    Every method but `fingerprint` raises EmbeddingModelError when there is no model.
    """

    def __init__(self, *, model: str, folder: Path | None, cache: Path) -> None:
        self._choice = ModelChoice(model, folder, cache)
        self._words = WordWeights()
        self._loaded: TextEmbedding | None = None
        self._loading = threading.Lock()

    @property
    def fingerprint(self) -> Fingerprint:
        """What the vectors of this embedder mean; known without loading the model."""
        folder = self._choice.folder
        name = f"{self._choice.name} in {folder.name}" if folder else self._choice.name
        return Fingerprint(name, CHUNKER_VERSION, LANGUAGE)

    async def load(self) -> None:
        """Load the model now and use it once, so that the first question does not pay for it."""
        await self.embed_question("warm up")

    async def dimension(self) -> int:
        """Return the length of the dense vectors."""
        model = await asyncio.to_thread(self._dense)
        return int(model.embedding_size)

    async def token_counter(self) -> TokenCounter:
        """Return the measure by which texts fit the model."""
        return await asyncio.to_thread(self._token_counter)

    async def embed_chunks(self, chunks: Sequence[Chunk]) -> list[EmbeddedChunk]:
        """Embed chunks with the context they stand in."""
        return await asyncio.to_thread(self._embed_chunks, chunks)

    async def embed_question(self, text: str) -> EmbeddedText:
        """Embed a question."""
        return await asyncio.to_thread(self._embed_question, text)

    async def embed_texts(self, texts: Sequence[str]) -> list[EmbeddedText]:
        """Embed short texts, such as sentences, as passages are, without a context."""
        return await asyncio.to_thread(self._embed_texts, texts)

    def words_of(self, text: str) -> frozenset[int]:
        """Return the numbers of the words a text is found by: stems without stop words."""
        return frozenset(self._words.of_question(text).indices)

    def _dense(self) -> TextEmbedding:
        with self._loading:
            if self._loaded is None:
                self._loaded = load_model(self._choice)
            return self._loaded

    def _token_counter(self) -> TokenCounter:
        from tokenizers import Tokenizer

        own = getattr(self._dense().model, "tokenizer", None)
        if not isinstance(own, Tokenizer) or not own.truncation:
            raise EmbeddingModelError(
                f"The embedding model {self._choice.name} does not say how long a text may be; "
                "set ASKBEN_EMBEDDING_MODEL to another one"
            )
        counting = Tokenizer.from_str(own.to_str())  # a copy, for the model's own cuts and pads
        counting.no_truncation()
        counting.no_padding()
        return TokenCounter(counting, int(own.truncation["max_length"]))

    def _embed_chunks(self, chunks: Sequence[Chunk]) -> list[EmbeddedChunk]:
        texts = [chunk.text_in_context for chunk in chunks]
        dense = self._dense_vectors(texts)
        sparse = self._words.of_passages(texts)
        return [
            EmbeddedChunk(chunk, vector, words)
            for chunk, vector, words in zip(chunks, dense, sparse, strict=True)
        ]

    def _embed_question(self, text: str) -> EmbeddedText:
        dense = next(iter(self._dense().query_embed(text))).astype(np.float32)
        return EmbeddedText(dense / np.linalg.norm(dense), self._words.of_question(text))

    def _embed_texts(self, texts: Sequence[str]) -> list[EmbeddedText]:
        return [
            EmbeddedText(vector, self._words.of_question(text))
            for text, vector in zip(texts, self._dense_vectors(texts), strict=True)
        ]

    def _dense_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of unit length a row, in the order of the texts."""
        by_length = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        vectors = list(self._dense().embed([texts[n] for n in by_length], batch_size=_BATCH))
        rows = np.empty((len(texts), vectors[0].shape[0] if vectors else 0), dtype=np.float32)
        rows[by_length] = vectors
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows
