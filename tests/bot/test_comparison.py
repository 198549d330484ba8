"""Two evaluations of the same questions are compared: by measure, by kind, question by question."""

from __future__ import annotations

from typing import Any

import pytest

from bot.comparison import compare


def a_summary(recall: float | None, **ranks: int | None) -> dict[str, Any]:
    """Return what an evaluation prints, `ranks` being those of the questions that missed."""
    measures = dict.fromkeys(("recall@1", "recall@3", "recall@5", "mrr@10"), recall)
    return {
        "n": 4,
        **measures,
        "refusal_auroc": None,
        "by_kind": {"time": {"n": 4, **measures}},
        "misses": [{"question": question, "rank": rank} for question, rank in ranks.items()],
    }


def test_measures_are_subtracted() -> None:
    compared = compare(a_summary(0.5), a_summary(0.75))
    assert compared["by_measure"]["recall@1"] == 0.25
    assert compared["by_measure"]["refusal_auroc"] is None
    assert compared["by_kind"]["time"]["mrr@10"] == 0.25


def test_questions_are_better_or_worse_by_their_ranks() -> None:
    before = a_summary(0.5, mended=None, risen=3, same=2)
    now = a_summary(0.5, risen=2, same=2, fallen=7, lost=None)
    compared = compare(before, now)
    assert compared["better"] == [
        {"question": "mended", "before": None, "now": 1},
        {"question": "risen", "before": 3, "now": 2},
    ]
    assert compared["worse"] == [
        {"question": "fallen", "before": 1, "now": 7},
        {"question": "lost", "before": 1, "now": None},
    ]


def test_a_kind_that_is_new_is_left_out() -> None:
    before, now = a_summary(0.5), a_summary(0.5)
    before["by_kind"] = {}
    assert compare(before, now)["by_kind"] == {}


@pytest.mark.parametrize("document", [[], {}, {"n": 4}, "text"])
def test_what_is_no_evaluation_cannot_be_compared(document: Any) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        compare(document, a_summary(0.5))
