"""What the doctor finds: one line for each check, with the way to mend what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARNING = "warning"  # the bot works, but not as well as it could
    FAILED = "failed"  # something that is needed, or was set up, does not work
    SKIPPED = "skipped"  # it could not be looked at


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `mend` says what to do where something is to be done."""

    check: str
    verdict: Verdict
    said: str
    mend: str | None = None


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return all findings as one document; `ok` is whether nothing failed."""
    return {"ok": not failed(findings), "checks": [asdict(finding) for finding in findings]}


def to_line(finding: Finding) -> str:
    """Return a finding as one line."""
    mend = f" -> {finding.mend}" if finding.mend else ""
    return f"{finding.verdict:<8} {finding.check}: {finding.said}{mend}"


def failed(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that make the doctor's exit code 1."""
    return [finding for finding in findings if finding.verdict is Verdict.FAILED]
