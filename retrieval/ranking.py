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
from dataclasses import dataclass, field

from retrieval.catalogue import Catalogue, within
from retrieval.documents import SparseVector
from retrieval.embedding.words import HIGHEST_WEIGHT
from retrieval.queries import DateRange, Hits

# Chosen on five blogs and on encyclopedia articles, see benchmarks/README.md.
_WORDS = 2.5
_WORDS_POWER = 2.0
_WHOLE_POST = 1.0
_PREFERRED_DATES = 0.25
_ABOUT_AS_GOOD = 0.75  # share of the best post's score
_TELLING = 0.6  # share of the best chunk's worth
_MOST_TELLING = 6


@dataclass(frozen=True, slots=True)
class RankedPost:
    """A post with what its chunks that were found are worth; `score` is 0..1.

    `cosines` are those of all chunks that were found by meaning, and `last` is the least of them.
    """

    post: str
    score: float
    worth: Mapping[str, float]
    cosines: Mapping[str, float] = field(default_factory=dict)
    last: float = 0.0

    def best_first(self) -> list[str]:
        """Return the ids of the chunks, that of the best one first."""
        return sorted(self.worth, key=lambda chunk_id: (-self.worth[chunk_id], chunk_id))

    def telling(self) -> list[str]:
        """Return the ids of the best chunk and of those that answer about as well."""
        best, *others = self.best_first()[:_MOST_TELLING]
        enough = _TELLING * self.worth[best]
        return [best, *(chunk_id for chunk_id in others if self.worth[chunk_id] >= enough)]

    def cosine_of(self, chunk_id: str) -> float:
        """Return the cosine of a chunk; one that was not found is as near as the last that was."""
        if chunk_id in self.worth:
            return self.cosines.get(chunk_id, self.last)
        return min(self.cosines.get(found, self.last) for found in self.worth)


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
    shares = _word_shares(hits, words, catalogue)
    cosines = {hit.chunk_id: trust * hit.score for hit in hits.dense}
    last = trust * hits.dense[-1].score if hits.dense else 0.0
    worth: defaultdict[str, dict[str, float]] = defaultdict(dict)
    above_last: defaultdict[str, float] = defaultdict(float)
    for chunk_id, cosine in cosines.items():
        name = catalogue.post_of[chunk_id]
        worth[name][chunk_id] = cosine + _WORDS * shares.pop(chunk_id, 0.0) ** _WORDS_POWER
        above_last[name] += cosine - last
    for chunk_id, share in shares.items():
        worth[catalogue.post_of[chunk_id]][chunk_id] = last + _WORDS * share**_WORDS_POWER
    perfect = trust * (1 + _WHOLE_POST) + _WORDS + _PREFERRED_DATES
    ranked = []
    for name, chunks in worth.items():
        facts = catalogue.posts[name]
        # The mean cosine of the whole post: a chunk that was not found is no nearer than the last.
        whole = last + above_last[name] / len(facts.chunk_ids)
        bonus = _PREFERRED_DATES if preferred and within(facts, preferred) else 0.0
        score = (max(chunks.values()) + _WHOLE_POST * whole + bonus) / perfect
        ranked.append(RankedPost(name, min(1.0, max(0.0, score)), chunks, cosines, last))
    # The name settles ties, so that the same question always gets the same order.
    return sorted(ranked, key=lambda post: (-post.score, post.post))


def about_as_good(ranked: Sequence[RankedPost]) -> list[RankedPost]:
    """Return the posts that answer about as well as the best one, for a choice by date."""
    return [post for post in ranked if post.score >= _ABOUT_AS_GOOD * ranked[0].score]


def _word_shares(hits: Hits, words: SparseVector, catalogue: Catalogue) -> dict[str, float]:
    """Return BM25 scores as shares of what a chunk could reach that says every word for ever."""
    ideal = HIGHEST_WEIGHT * sum(map(catalogue.rarity, words.indices))
    return {hit.chunk_id: hit.score / ideal for hit in hits.sparse} if ideal else {}
