"""Findings are one line each for people, and one document for programs."""

from __future__ import annotations

from bot.doctor.findings import Finding, Verdict, to_json, to_line

GOOD = Finding("disk", Verdict.OK, "7 GB free")
WORSE = Finding("llm", Verdict.WARNING, "there is none", "set one")
BAD = Finding("index", Verdict.FAILED, "there is none yet", "run askben index")


def test_a_finding_is_one_line_with_what_mends_it() -> None:
    assert to_line(GOOD) == "ok       disk: 7 GB free"
    assert to_line(BAD) == "failed   index: there is none yet -> run askben index"


def test_only_a_failure_makes_the_whole_not_ok() -> None:
    assert to_json([GOOD, WORSE])["ok"] is True
    document = to_json([GOOD, BAD])
    assert document["ok"] is False
    assert document["checks"][1] == {
        "check": "index",
        "verdict": "failed",
        "said": "there is none yet",
        "mend": "run askben index",
    }
