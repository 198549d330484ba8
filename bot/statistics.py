"""What the journal says in numbers, and what readers asked that the blog does not answer. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from bot.answering.types import Outcome

_MOST_CITED = 10
_UNANSWERED = 20  # of the newest


def summarize(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return counts, times in milliseconds, the posts that are cited most, and open questions."""
    lines = sorted(lines, key=lambda line: str(line.get("at")))  # a restored backup adds old ones
    outcomes = Counter(str(line.get("outcome")) for line in lines)
    times = sorted(float(line["total_ms"]) for line in lines if "total_ms" in line)
    cited = Counter(
        post
        for line in lines
        if line.get("outcome") != Outcome.REFUSED
        for post in line.get("posts") or ()
    )
    refused = [line for line in lines if line.get("outcome") == Outcome.REFUSED]
    asked = [str(line["question"]) for line in refused if line.get("question")]
    return {
        "answers": len(lines),
        "since": lines[0].get("at") if lines else None,
        "outcomes": dict(outcomes),
        "llm_failures": sum(bool(line.get("trouble")) for line in lines),
        "total_ms": {"p50": _at(times, 0.5), "p95": _at(times, 0.95)},
        "most_cited": cited.most_common(_MOST_CITED),
        "unanswered": list(dict.fromkeys(reversed(asked)))[:_UNANSWERED],
    }


def _at(times: list[float], share: float) -> float | None:
    return times[round(share * (len(times) - 1))] if times else None
