"""The search by words: BM25 weights for passages and questions, as sparse vectors.

The weights are those of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009); the rarity of a word (IDF) is added by the store, which counts the whole index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrieval.documents import SparseVector

if TYPE_CHECKING:
    from fastembed.sparse.bm25 import Bm25
    from fastembed.sparse.sparse_embedding_base import SparseEmbedding

LANGUAGE = "english"
_AVERAGE_LENGTH = (
    100.0  # words of a chunk after stop words; 93 and 104 on two blogs of 125 and 469 posts
)

# Words that carry grammar and no subject. Short on purpose: IDF takes care of the merely frequent.
_STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are aren't as at be because been before being
    below between both but by can can't cannot could couldn't did didn't do does doesn't doing
    don't down during each few for from further had hadn't has hasn't have haven't having he
    he'd he'll he's her here hers herself him himself his how i i'd i'll i'm i've if in into is
    isn't it it's its itself just let's me more most my myself no nor not of off on once only or
    other our ours ourselves out over own same she she'd she'll she's should shouldn't so some
    such than that that's the their theirs them themselves then there there's these they they'd
    they'll they're they've this those through to too under until up very was wasn't we we'd
    we'll we're we've were weren't what what's when where which while who whom whose why will
    with won't would wouldn't you you'd you'll you're you've your yours yourself yourselves aint
    arent cant couldnt didnt doesnt dont hadnt hasnt havent im isnt ive lets shouldnt thats
    theyre wasnt werent whats wont wouldnt youre d ll m re s t ve
    """.split()
)


class WordWeights:
    """Computes the sparse vectors, with the stemmer of one language."""

    def __init__(self) -> None:
        self._bm25: Bm25 | None = None

    def of_passages(self, texts: Sequence[str]) -> list[SparseVector]:
        """Return for each text how much each of its words says about it."""
        return [_sparse(found) for found in self._model().embed(list(texts))]

    def of_question(self, text: str) -> SparseVector:
        """Return the words of a question, each with weight 1."""
        return _sparse(next(iter(self._model().query_embed(text))))

    def _model(self) -> Bm25:
        if self._bm25 is None:
            from fastembed.sparse.bm25 import Bm25

            # A model path that is given is never looked for on the hub, and with stop words of our
            # own nothing is read from it.
            self._bm25 = Bm25(
                "Qdrant/bm25",
                avg_len=_AVERAGE_LENGTH,
                language=LANGUAGE,
                stopwords=set(_STOP_WORDS),
                specific_model_path=".",
            )
        return self._bm25


def _sparse(found: SparseEmbedding) -> SparseVector:
    return SparseVector(tuple(found.indices.tolist()), tuple(map(float, found.values.tolist())))
