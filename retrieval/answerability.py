"""How likely it is that posts answer a question, from what the search made of it. Pure.

Logistic regressions on measures of a search: one for a model that knows the language of the blog,
one for where only words can be trusted. They were fitted to questions about five blogs and about
encyclopedia articles (benchmarks/README.md). The probabilities can be compared within one blog;
from which one on to answer is measured on each index.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.catalogue import Catalogue
from retrieval.ranking import RankedPost

# Chosen by hand: no follow-up in the questions is without an answer, so that none can be fitted.
_GOES_ON = 1.5
_REFUSED = 0.8  # share of the foreign questions that a blog must not answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    `score` is that of the best post, `margin` how far it is above the next one, `coverage` the
    share of the question's words that its passage says, `rare_coverage` the same where each word
    counts by its rarity. `strangest_missing` is how strange the
    strangest word of the question is that stands in no post: the name of what it is about, perhaps.
    `goes_on` means that it leans on a conversation, which was about the blog.
    """

    score: float
    margin: float
    coverage: float
    rare_coverage: float
    strangest_missing: float
    goes_on: bool


def evidence_of(
    ranked: Sequence[RankedPost],
    *,
    asked: frozenset[int],
    said: frozenset[int],
    strangeness: Mapping[int, float],
    catalogue: Catalogue,
    goes_on: bool,
) -> Evidence:
    """Return the evidence in a ranking: `asked` and `said` are words of question and passage."""
    scores = [post.score for post in ranked[:2]]
    rarity = {word: catalogue.rarity(word) for word in asked}
    missing = [
        strange for word, strange in strangeness.items() if word not in catalogue.word_counts
    ]
    return Evidence(
        score=scores[0],
        margin=scores[0] - scores[-1],
        coverage=len(asked & said) / len(asked) if asked else 0.0,
        rare_coverage=sum(rarity[word] for word in asked & said) / (sum(rarity.values()) or 1.0),
        strangest_missing=max(missing, default=0.0),
        goes_on=goes_on,
    )


def answerability(evidence: Evidence, trust: float) -> float:
    """Return how likely an answer is, 0..1, unanswerable questions being as many as others.

    `trust` is that of the index's calibration.
    """
    logit = _GOES_ON * evidence.goes_on
    logit += trust * _by_meaning(evidence) + (1 - trust) * _by_words(evidence)
    return 1 / (1 + math.exp(-logit))


def _by_meaning(evidence: Evidence) -> float:
    # A score counts for less where it comes from shared words more than from a like meaning, but
    # not where those are the question's rare ones.
    return (
        29.3 * evidence.score
        + 12.5 * evidence.margin
        - 10.3 * evidence.coverage
        + 6.8 * evidence.rare_coverage
        - 1.2 * evidence.strangest_missing
        - 3.2
    )


def _by_words(evidence: Evidence) -> float:
    return 11.7 * evidence.score + 28.7 * evidence.margin - 3.3


def answerable_from(foreign: Sequence[float]) -> float:
    """Return the answerability from which on to answer, from that of foreign questions.

    Not all of them can be refused: a blog may answer a few, and its readers' own questions, asked
    in other words than its own, are not much easier to tell from them.
    """
    return sorted(foreign)[round(_REFUSED * (len(foreign) - 1))]
