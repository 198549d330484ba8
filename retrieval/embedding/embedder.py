"""The embedder: chunks and questions to vectors, in a thread, the model loaded on first use."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.chunking import CHUNKER_VERSION
from retrieval.documents import Chunk, EmbeddedChunk, EmbeddedText, Fingerprint
from retrieval.embedding.model_files import ModelChoice, load_model
from retrieval.embedding.words import numbers_of, weigh_passages, weigh_question, words_in
from retrieval.errors import ModelError

if TYPE_CHECKING:
    from fastembed import TextEmbedding

    from retrieval.embedding.vocabulary import Vocabulary

# Texts of like length in small batches, each in one thread and one batch for every core, are the
# fastest on a CPU: 51 chunks a second on two cores, where batches of 8 that share the cores had 46.
# A question alone takes 5.2 ms in one thread and 4.1 in two. Batches of 256, fastembed's default,
# need 1.6 GB.
_BATCH = 4
_THREADS = os.cpu_count() or 1

Rows: TypeAlias = NDArray[np.float32]


class Embedder:
    """Embeds with one dense model and one set of word weights. Safe to use from several tasks.

    The language is that of the words, see retrieval.languages. Every method but
    `fingerprint` raises ModelError when there is no model.
    """

    def __init__(self, *, model: str, folder: Path | None, cache: Path) -> None:
        self._choice = ModelChoice(model, folder, cache)
        self._loaded: TextEmbedding | None = None
        self._vocabulary: Vocabulary | None = None
        self._questions: dict[tuple[tuple[str, ...], str], list[EmbeddedText]] = {}
        self._loading = threading.Lock()

    def fingerprint(self, language: str) -> Fingerprint:
        """Return what the vectors of this embedder mean; known without loading the model."""
        folder = self._choice.folder
        name = f"{self._choice.name} in {folder.name}" if folder else self._choice.name
        return Fingerprint(name, CHUNKER_VERSION, language)

    async def load(self) -> None:
        """Load the model now and use it once, so that the first question does not pay for it."""
        await self.embed_question("warm up", "english")

    async def dimension(self) -> int:
        """Return the length of the dense vectors."""
        model = await asyncio.to_thread(self._dense)
        return int(model.embedding_size)

    async def vocabulary(self) -> Vocabulary:
        """Return the measure by which texts fit the model."""
        return await asyncio.to_thread(self._load_vocabulary)

    async def embed_chunks(self, chunks: Sequence[Chunk], language: str) -> list[EmbeddedChunk]:
        """Embed chunks with the context they stand in."""
        return await asyncio.to_thread(self._embed_chunks, chunks, language)

    async def embed_question(self, text: str, language: str, context: str = "") -> EmbeddedText:
        """Embed a question, and what was said before that it leans on.

        The question then counts once by itself and once behind its context, for what it asks now
        is more telling than what was asked before (benchmarks/README.md).
        """
        return await asyncio.to_thread(self._embed_question, text, language, context)

    async def embed_questions(self, texts: Sequence[str], language: str) -> list[EmbeddedText]:
        """Embed the questions that every index is measured with, once."""
        key = (tuple(texts), language)
        if key not in self._questions:
            self._questions[key] = await asyncio.to_thread(self._embed_questions, texts, language)
        return self._questions[key]

    async def trust_in_meaning(self, texts: Sequence[str]) -> float:
        """Return how far the model knows the language of texts, from 0 to 1."""
        vocabulary = await self.vocabulary()
        return await asyncio.to_thread(vocabulary.trust, texts)

    async def embed_texts(self, texts: Sequence[str], language: str) -> list[EmbeddedText]:
        """Embed short texts, such as sentences, as passages are, without a context."""
        return await asyncio.to_thread(self._embed_texts, texts, language)

    async def strangeness(self, text: str, language: str) -> dict[int, float]:
        """Return how strange each word of a text is in general, by the word's number."""
        vocabulary = self._vocabulary or await self.vocabulary()
        return {
            number: vocabulary.strangeness(word)
            for word in words_in(text)
            for number in numbers_of(word, language)
        }

    def words_of(self, text: str, language: str) -> frozenset[int]:
        """Return the numbers of the words a text is found by: stems without stop words."""
        words = set(words_in(text))
        return frozenset(number for word in words for number in numbers_of(word, language))

    async def words_of_each(self, texts: Sequence[str], language: str) -> list[frozenset[int]]:
        """Return the same for many texts, which takes its time."""
        return await asyncio.to_thread(lambda: [self.words_of(text, language) for text in texts])

    def _dense(self) -> TextEmbedding:
        with self._loading:
            return self._loaded_model()

    def _loaded_model(self) -> TextEmbedding:
        if self._loaded is None:
            self._loaded = load_model(self._choice, threads=1)
        return self._loaded

    def _load_vocabulary(self) -> Vocabulary:
        from retrieval.embedding.vocabulary import Vocabulary

        with self._loading:
            if self._vocabulary is None:
                tokenizer = getattr(self._loaded_model().model, "tokenizer", None)
                try:
                    self._vocabulary = Vocabulary(tokenizer)  # type: ignore[arg-type]
                except (
                    AttributeError,
                    ValueError,
                ) as error:  # it is none, or one that cuts nothing
                    raise ModelError(
                        f"The embedding model {self._choice.name} does not say how long a text may "
                        "be; set ASKBEN_EMBEDDING_MODEL to another one"
                    ) from error
            return self._vocabulary

    def _embed_chunks(self, chunks: Sequence[Chunk], language: str) -> list[EmbeddedChunk]:
        dense = self._dense_vectors([chunk.embedded_text for chunk in chunks])
        sparse = weigh_passages([chunk.searched_words for chunk in chunks], language)
        return [
            EmbeddedChunk(chunk, vector, words)
            for chunk, vector, words in zip(chunks, dense, sparse, strict=True)
        ]

    def _embed_question(self, text: str, language: str, context: str) -> EmbeddedText:
        whole = f"{context} {text}".strip()
        vectors = self._dense().query_embed([whole, text] if context else [whole])
        dense = np.sum([vector / np.linalg.norm(vector) for vector in vectors], axis=0)
        dense = (dense / np.linalg.norm(dense)).astype(np.float32)
        return EmbeddedText(dense, weigh_question(whole, language))

    def _embed_questions(self, texts: Sequence[str], language: str) -> list[EmbeddedText]:
        vectors = _unit_rows(self._dense().query_embed, texts)
        return _with_words(texts, vectors, language)

    def _embed_texts(self, texts: Sequence[str], language: str) -> list[EmbeddedText]:
        return _with_words(texts, self._dense_vectors(texts), language)

    def _dense_vectors(self, texts: Sequence[str]) -> Rows:
        return _unit_rows(self._dense().embed, texts)


def _unit_rows(embed: Callable[..., Iterable[NDArray[Any]]], texts: Sequence[str]) -> Rows:
    """Return a vector of unit length a row, in the order of the texts."""
    # The longest first, so that no thread is left with one when the others are done.
    by_length = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
    batches = [by_length[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]

    def embedded(batch: Sequence[int]) -> list[NDArray[Any]]:
        return list(embed([texts[number] for number in batch], batch_size=_BATCH))

    with ThreadPoolExecutor(_THREADS) as threads:
        vectors = list(chain.from_iterable(threads.map(embedded, batches)))
    rows = np.empty((len(texts), vectors[0].shape[0] if vectors else 0), dtype=np.float32)
    rows[by_length] = vectors
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _with_words(texts: Sequence[str], rows: Rows, language: str) -> list[EmbeddedText]:
    return [
        EmbeddedText(row, weigh_question(text, language))
        for text, row in zip(texts, rows, strict=True)
    ]
