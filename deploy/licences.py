"""Writes the licences of all packages that askBen runs with, from what is installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

_HEADING = """\
# Licences

Every package of `requirements.lock` with the licence that its metadata states (`make licences`).
askBen itself is under the MIT licence.

| package | licence |
|---|---|
"""
_CLASSIFIER = "License :: OSI Approved :: "
_ELSEWHERE = "(not installed on this kind of machine)"


def licence_of(package: str) -> str:
    """Return what a package says of its licence, in a line."""
    try:
        stated = metadata(package)
    except PackageNotFoundError:
        return _ELSEWHERE
    classified = [
        one.removeprefix(_CLASSIFIER)
        for one in stated.get_all("Classifier") or []
        if one.startswith(_CLASSIFIER)
    ]
    written = (stated.get("License") or "").strip().partition("\n")[0][:60]
    return stated.get("License-Expression") or "; ".join(classified) or written or "not stated"


def packages(lock: str) -> list[str]:
    """Return the names in a lock file, each once."""
    return sorted(set(re.findall(r"^([a-z0-9][\w.-]*)==", lock, re.MULTILINE)))


def licence_list(lock: str) -> str:
    """Return the list as Markdown."""
    rows = (f"| {package} | {licence_of(package)} |" for package in packages(lock))
    return _HEADING + "\n".join(rows) + "\n"


if __name__ == "__main__":
    here = Path(__file__).parent
    lock = (here.parent / "requirements.lock").read_text("utf-8")
    (here / "licences.md").write_text(licence_list(lock), "utf-8")
