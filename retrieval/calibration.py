"""Measures a new index before it serves: how far to trust the model, and when to refuse."""

from __future__ import annotations

from retrieval.answerability import answerable_from
from retrieval.documents import Calibration
from retrieval.embedding import Embedder
from retrieval.foreign_questions import FOREIGN_QUESTIONS
from retrieval.index_search import IndexSearch
from retrieval.stores import Index

_SAMPLE = 200  # chunks that are read to see how well the model knows their words
_MOST_COMMON = "english"


async def calibrate(index: Index, embedder: Embedder) -> Calibration:
    """Return the calibration of a complete index. Raises StoreError and ModelError."""
    language = index.info.fingerprint.language
    catalogue = await index.catalogue()
    ids = sorted(catalogue.post_of)
    sample = await index.chunks(ids[:: max(1, len(ids) // _SAMPLE)])
    trust = await embedder.trust_in_meaning([chunk.text for chunk in sample])
    search = IndexSearch(index, catalogue, embedder, Calibration(trust, 0.0))
    questions = FOREIGN_QUESTIONS.get(language, FOREIGN_QUESTIONS[_MOST_COMMON])
    embedded = await embedder.embed_questions(questions, language)
    foreign = [
        await search.answerability_of(text, vectors)
        for text, vectors in zip(questions, embedded, strict=True)
    ]
    return Calibration(trust, answerable_from(foreign))
