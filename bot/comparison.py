"""Compares an evaluation with an earlier one of the same questions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HIGHER_IS_BETTER = ("recall@1", "recall@3", "recall@5", "mrr@10", "refusal_auroc")


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changed, from two documents that `askben eval --json` printed.

    A question counts as `better` or `worse` by the rank of its post. Raises KeyError, TypeError or
    AttributeError if `before` is no such document.
    """
    ranks_before, ranks_now = _ranks(before), _ranks(now)
    changed: list[dict[str, Any]] = [
        {"question": question, "before": ranks_before.get(question, 1), "now": rank}
        for question, rank in {**dict.fromkeys(ranks_before, 1), **ranks_now}.items()
        if ranks_before.get(question, 1) != rank
    ]
    return {
        "same_questions": before["n"] == now["n"],
        "by_measure": {name: _difference(before[name], now[name]) for name in _HIGHER_IS_BETTER},
        "by_kind": {
            kind: {
                name: _difference(before["by_kind"][kind][name], row[name])
                for name in _HIGHER_IS_BETTER
                if name in row
            }
            for kind, row in now["by_kind"].items()
            if kind in before["by_kind"]
        },
        "better": [one for one in changed if _order(one["now"]) < _order(one["before"])],
        "worse": [one for one in changed if _order(one["now"]) > _order(one["before"])],
    }


def _ranks(summary: Mapping[str, Any]) -> dict[str, int | None]:
    """Return the ranks of the questions that missed; every other answerable one has rank 1."""
    return {miss["question"]: miss["rank"] for miss in summary["misses"]}


def _order(rank: int | None) -> float:
    return float("inf") if rank is None else rank


def _difference(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else round(now - before, 4)
