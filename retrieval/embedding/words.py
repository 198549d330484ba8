"""The search by words: BM25 weights for passages and questions, as sparse vectors.

The weights are those of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009); the rarity of a word (IDF) is added by the store, which counts the whole index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from retrieval.documents import SparseVector
from retrieval.languages import STOP_WORDS, UNSTEMMED, part_words

if TYPE_CHECKING:
    from fastembed.sparse.bm25 import Bm25
    from fastembed.sparse.sparse_embedding_base import SparseEmbedding

# Words of a chunk without stop words; 93 and 104 on two blogs of 125 and 469 posts.
_AVERAGE_LENGTH = 100.0
_SATURATION = 1.2  # BM25's k: how soon a word that is said again adds nothing more

_WORD = re.compile(r"\w+")

# The most that one word can weigh in a passage, before its rarity: BM25's limit for a word that is
# said again and again.
HIGHEST_WEIGHT = _SATURATION + 1


def weigh_passages(texts: Sequence[str], language: str) -> list[SparseVector]:
    """Return for each text how much each of its words says about it."""
    return [_sparse(found) for found in _bm25(language).embed([part_words(text) for text in texts])]


def weigh_question(text: str, language: str) -> SparseVector:
    """Return the words of a question, each with weight 1."""
    return _sparse(next(iter(_bm25(language).query_embed(part_words(text)))))


def words_in(text: str) -> list[str]:
    """Return the words of a text as they are written, in lower case."""
    return _WORD.findall(part_words(text.lower()))


@lru_cache(maxsize=65_536)
def numbers_of(word: str, language: str) -> tuple[int, ...]:
    """Return the number of a word's stem, none for a stop word.

    They are remembered, for most words of a passage stood in others.
    """
    return weigh_question(word, language).indices


@lru_cache(maxsize=4)
def _bm25(language: str) -> Bm25:
    from fastembed.sparse.bm25 import Bm25

    # A model path that is given is never looked for on the hub, and with stop words of our own
    # nothing is read from it.
    return Bm25(
        "Qdrant/bm25",
        k=_SATURATION,
        avg_len=_AVERAGE_LENGTH,
        language=language,
        disable_stemmer=language in UNSTEMMED,
        stopwords=set(STOP_WORDS.get(language, ())),
        specific_model_path=".",
    )


def _sparse(found: SparseEmbedding) -> SparseVector:
    return SparseVector(tuple(found.indices.tolist()), tuple(map(float, found.values.tolist())))
