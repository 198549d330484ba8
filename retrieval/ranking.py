"""Makes one ranking of what was found by meaning and by words: pure, from scores to passages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retrieval.documents import Chunk, Hits, Passage

# How much the cosine counts against the words. Measured on two blogs, see benchmarks/README.md.
_MEANING = 0.9


def rank(hits: Hits) -> list[Passage]:
    """Return every chunk that was found, best first.

    Both scores are brought to 0..1: a cosine as it is, BM25 as a share of the best hit's. A chunk
    that only one search found is given the other's last score, since it can have no better one.
    """
    cosines = {hit.chunk.id: hit.score for hit in hits.dense}
    bm25 = {hit.chunk.id: hit.score for hit in hits.sparse}
    chunks: dict[str, Chunk] = {hit.chunk.id: hit.chunk for hit in (*hits.dense, *hits.sparse)}
    furthest = min(cosines.values(), default=0.0)
    best_words = max(bm25.values(), default=0.0) or 1.0
    passages = [
        Passage(
            chunk=chunk,
            score=_MEANING * max(0.0, cosines.get(chunk_id, furthest))
            + (1 - _MEANING) * bm25.get(chunk_id, 0.0) / best_words,
            cosine=cosines.get(chunk_id, 0.0),
            bm25=bm25.get(chunk_id, 0.0),
        )
        for chunk_id, chunk in chunks.items()
    ]
    # The id settles ties, so that the same question always gets the same order.
    return sorted(passages, key=lambda passage: (-passage.score, passage.chunk.id))


def one_per_post_first(passages: Iterable[Passage]) -> list[Passage]:
    """Put the best passage of each post first, then the others, each part in its order."""
    first: list[Passage] = []
    further: list[Passage] = []
    seen: set[str] = set()
    for passage in passages:
        (further if passage.chunk.post in seen else first).append(passage)
        seen.add(passage.chunk.post)
    return first + further


def answerability(passages: Sequence[Passage]) -> float:
    """Return how likely it is that the passages answer, 0..1: the best cosine among them."""
    return max((passage.cosine for passage in passages), default=0.0)


def best_posts(passages: Sequence[Passage], count: int) -> list[list[Passage]]:
    """Return the passages of the best `count` posts, post by post, each best first."""
    by_post: dict[str, list[Passage]] = {}
    for passage in passages:
        by_post.setdefault(passage.chunk.post, []).append(passage)
    return list(by_post.values())[:count]
