"""What askBen leans on is listed: every locked package, with its licence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from deploy.licences import licence_list, packages
from tests.conftest import REPOSITORY

LOCK = REPOSITORY / "requirements.lock"


def test_the_list_of_licences_is_that_of_the_lock_file() -> None:
    listed = (REPOSITORY / "deploy" / "licences.md").read_text("utf-8")
    names = re.findall(r"^\| ([\w.-]+) \|", listed, re.MULTILINE)
    assert names[1:] == packages(LOCK.read_text("utf-8")), "run make licences"
    assert listed == licence_list(LOCK.read_text("utf-8")), "run make licences"


def test_the_sbom_names_every_locked_package(tmp_path: Path) -> None:
    tool = Path(sys.executable).with_name("cyclonedx-py")
    file = tmp_path / "sbom.json"
    command = [str(tool), "requirements", str(LOCK), "--output-file", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    named = {part["name"] for part in json.loads(file.read_text("utf-8"))["components"]}
    assert named == set(packages(LOCK.read_text("utf-8")))
