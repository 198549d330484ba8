"""The measures mean what their names say."""

from __future__ import annotations

import pytest

from bot.answering.types import Answer, Outcome
from bot.evaluation import (
    Answered,
    GoldenQuestion,
    Searched,
    summarize_answers,
    summarize_search,
)
from tests.builders import a_question, an_answer


def golden(*gold: str, kind: str = "any", answers: tuple[str, ...] = ()) -> GoldenQuestion:
    return GoldenQuestion(a_question(), gold, kind, answers)


def searched(rank: int | None, *, score: float = 0.5, gold: str | None = "a.md") -> Searched:
    question = golden(gold) if gold else golden()
    return Searched(question, rank, "first.md", score, 10.0)


def test_recall_and_reciprocal_rank_are_those_of_the_first_gold_post() -> None:
    summary = summarize_search([searched(rank) for rank in (1, 2, 5, 20, None)])
    assert summary["recall@1"] == 0.2
    assert summary["recall@3"] == 0.4
    assert summary["recall@5"] == 0.6
    assert summary["mrr@10"] == pytest.approx((1 + 1 / 2 + 1 / 5) / 5, abs=1e-4)


def test_questions_without_an_answer_count_only_for_refusal() -> None:
    results = [searched(1, score=0.9), searched(None, score=0.1, gold=None)]
    summary = summarize_search(results)
    assert (summary["n"], summary["n_answerable"], summary["recall@1"]) == (2, 1, 1.0)
    assert summary["refusal_auroc"] == 1.0


def test_the_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    yes = [searched(1, score=score) for score in (0.9, 0.5)]
    no = [searched(None, score=score, gold=None) for score in (0.7, 0.5)]
    assert summarize_search([*yes, *no])["refusal_auroc"] == pytest.approx((2 + 0.5) / 4)


def test_what_cannot_be_measured_is_none() -> None:
    summary = summarize_search([searched(None, gold=None)])
    assert summary["recall@1"] is None
    assert summary["refusal_auroc"] is None


def test_every_question_whose_post_is_not_first_is_listed() -> None:
    misses = summarize_search([searched(1), searched(3), searched(None)])["misses"]
    assert [miss["rank"] for miss in misses] == [3, None]
    assert misses[0]["first"] == "first.md"


def test_an_answer_contains_what_is_known_whatever_the_case() -> None:
    def answered(answer: Answer, *known: str) -> Answered:
        return Answered(golden("a.md", answers=known), answer, sentences=2, proven=1)

    summary = summarize_answers(
        [
            answered(an_answer("It is Ten minutes [1]."), "ten minutes", "600 s"),
            answered(an_answer("It is blue [1].", outcome=Outcome.QUOTED), "red"),
        ]
    )
    assert summary["answer_contained"] == 0.5
    assert summary["citation_precision"] == 0.5
    assert summary["outcomes"] == {"answered": 1, "quoted": 1}
