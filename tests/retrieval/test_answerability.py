"""An answer is likelier the better, the clearer and the more completely the posts match."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answerability import Evidence, answerability, answerable_from, evidence_of
from retrieval.catalogue import Catalogue
from retrieval.ranking import RankedPost

SOME = Evidence(
    score=0.2,
    margin=0.02,
    coverage=0.5,
    rare_coverage=0.5,
    strangest_missing=0.0,
    goes_on=False,
)
KNOWN, UNKNOWN, STRANGER = 1, 2, 3
CATALOGUE = Catalogue(post_of=dict.fromkeys("abcdef", "post.md"), word_counts={KNOWN: 4})


def evidence(*scores: float, asked: frozenset[int], said: frozenset[int]) -> Evidence:
    return evidence_of(
        [RankedPost(f"{score}.md", score, {"id": 0.5}) for score in scores],
        asked=asked,
        said=said,
        strangeness={KNOWN: 1.3, UNKNOWN: 0.6, STRANGER: 0.9},
        catalogue=CATALOGUE,
        goes_on=False,
    )


def test_what_speaks_for_an_answer_is_read_from_the_ranking_and_the_words() -> None:
    found = evidence(0.3, 0.25, asked=frozenset({KNOWN, UNKNOWN}), said=frozenset({KNOWN}))
    assert found.score == 0.3
    assert found.margin == pytest.approx(0.05)
    assert found.coverage == 0.5
    assert 0 < found.rare_coverage < 0.5, "the word that it does not say is the rarer one"
    assert found.strangest_missing == 0.9, "the stranger one of those that stand in no post"


def test_a_blog_of_one_post_has_no_margin_and_a_question_without_words_no_coverage() -> None:
    found = evidence(0.3, asked=frozenset(), said=frozenset())
    assert (found.margin, found.coverage, found.rare_coverage) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "better",
    [
        replace(SOME, score=0.3),
        replace(SOME, margin=0.1),
        replace(SOME, goes_on=True),
    ],
)
@pytest.mark.parametrize("trust", [0.0, 0.5, 1.0])
def test_more_evidence_is_a_likelier_answer(better: Evidence, trust: float) -> None:
    assert 0 < answerability(SOME, trust) < answerability(better, trust) < 1


def test_a_strange_word_that_stands_nowhere_speaks_against_one() -> None:
    assert answerability(replace(SOME, strangest_missing=1.3), 1.0) < answerability(SOME, 1.0)


def test_where_the_model_does_not_know_the_language_it_is_no_judge_of_words() -> None:
    missing = replace(SOME, strangest_missing=1.3)
    assert answerability(missing, 0.0) == answerability(SOME, 0.0)


def test_four_of_five_foreign_questions_are_refused() -> None:
    foreign = [number / 100 for number in range(100)]
    refused = [likely for likely in foreign if likely < answerable_from(foreign)]
    assert len(refused) == pytest.approx(80, abs=1)
