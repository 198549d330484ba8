"""Makes one ranking of posts of what was found by meaning and by words. Pure.

A post is worth what its best chunk is worth, and what the post as a whole is worth. A chunk is
worth its cosine, and the share that it holds of the question's words. That share is absolute: 1
would be a chunk that says every word of the question again and again. So words decide where a
question names rare ones and a chunk has them. Where it says the same in other words they are
noise, and treated as such: even the best share is small there, and it counts by its power. Where
the model hardly knows the language, cosines are the noise, and count as far as it can be trusted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.catalogue import Catalogue, within
from retrieval.documents import IndexedPost, SparseVector
from retrieval.embedding.words import HIGHEST_WEIGHT
from retrieval.queries import DateRange, Hits

# Measured on four sets of questions about two blogs, see benchmarks/README.md.
_WORDS = 2.5
_WORDS_POWER = 2.0
_WHOLE_POST = 1.0
_PREFERRED_DATES = 0.25
_ABOUT_AS_GOOD = 0.75  # share of the best post's score
_TELLING = 0.6  # share of the best chunk's worth
_MOST_TELLING = 6


@dataclass(frozen=True, slots=True)
class RankedPost:
    """A post with ids and cosines of its chunks that were found, best first; `score` is 0..1.

    The first `telling` of them answer about as well as the best one.
    """

    post: str
    score: float
    chunk_ids: tuple[str, ...]
    cosines: tuple[float, ...]
    telling: int = 1

    def cosine_of(self, chunk_id: str) -> float:
        """Return the cosine of a chunk; one that was not found is as near as the last that was."""
        if chunk_id in self.chunk_ids:
            return self.cosines[self.chunk_ids.index(chunk_id)]
        return min(self.cosines)


def rank(
    hits: Hits,
    words: SparseVector,
    catalogue: Catalogue,
    *,
    trust: float = 1.0,
    preferred: DateRange | None = None,
) -> list[RankedPost]:
    """Return every post of which something was found, best first.

    `words` are those of the question, `trust` is that of the index's calibration. Posts of the
    `preferred` dates rank a little higher.
    """
    cosines = {hit.chunk_id: trust * hit.score for hit in hits.dense}
    last = trust * hits.dense[-1].score if hits.dense else 0.0
    perfect = trust * (1 + _WHOLE_POST) + _WORDS + _PREFERRED_DATES
    shares = _word_shares(hits, words, catalogue)
    by_post: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for chunk_id in (*cosines, *(chunk_id for chunk_id in shares if chunk_id not in cosines)):
        by_post[catalogue.post_of[chunk_id]][chunk_id] = (
            cosines.get(chunk_id, last) + _WORDS * shares.get(chunk_id, 0.0) ** _WORDS_POWER
        )
    ranked = []
    for name, scores in by_post.items():
        facts = catalogue.posts[name]
        bonus = _PREFERRED_DATES if preferred and within(facts, preferred) else 0.0
        ranked.append(_ranked_post(facts, scores, cosines, last, bonus=bonus, perfect=perfect))
    # The name settles ties, so that the same question always gets the same order.
    return sorted(ranked, key=lambda post: (-post.score, post.post))


def about_as_good(ranked: Sequence[RankedPost]) -> list[RankedPost]:
    """Return the posts that answer about as well as the best one, for a choice by date."""
    return [post for post in ranked if post.score >= _ABOUT_AS_GOOD * ranked[0].score]


def _ranked_post(
    post: IndexedPost,
    scores: Mapping[str, float],
    cosines: Mapping[str, float],
    last: float,
    *,
    bonus: float,
    perfect: float,
) -> RankedPost:
    """Return a post with its worth as a share of the `perfect` one for a score."""
    best_first = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    found = [cosines[chunk_id] for chunk_id in best_first if chunk_id in cosines]
    # The mean cosine of the whole post: a chunk that was not found is no nearer than the last hit.
    whole = last + sum(cosine - last for cosine in found) / len(post.chunk_ids)
    best = scores[best_first[0]]
    telling = sum(scores[one] >= _TELLING * best for one in best_first[:_MOST_TELLING])
    return RankedPost(
        post=post.post,
        score=min(1.0, max(0.0, (best + _WHOLE_POST * whole + bonus) / perfect)),
        chunk_ids=tuple(best_first),
        cosines=tuple(cosines.get(chunk_id, last) for chunk_id in best_first),
        telling=max(1, telling),
    )


def _word_shares(hits: Hits, words: SparseVector, catalogue: Catalogue) -> dict[str, float]:
    """Return BM25 scores as shares of what a chunk could reach that says every word for ever."""
    ideal = HIGHEST_WEIGHT * sum(map(catalogue.rarity, words.indices))
    return {hit.chunk_id: hit.score / ideal for hit in hits.sparse} if ideal else {}
