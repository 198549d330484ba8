"""The unit is one that systemd understands, and closes off what the bot does not need."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "deploy" / "askben.service").read_text("utf-8")
SERVICE = TEXT.split("[Service]")[1].split("[Install]")[0]


@pytest.mark.parametrize(
    "line",
    [
        *("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes"),
        *("PrivateDevices=yes", "CapabilityBoundingSet=", "SystemCallFilter=@system-service"),
        *("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "UMask=0077"),
    ],
)
def test_the_service_gets_what_it_needs_and_no_more(line: str) -> None:
    assert line in SERVICE.splitlines()


def test_it_runs_the_bot_and_is_told_to_stop_as_the_bot_understands_it() -> None:
    assert "ExecStart=/usr/local/bin/askben run" in SERVICE
    assert "KillSignal=SIGTERM" in SERVICE
    (seconds,) = re.findall(r"TimeoutStopSec=(\d+)", SERVICE)
    assert int(seconds) > Settings.model_fields["answer_deadline"].default


def test_every_setting_it_names_exists() -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+", TEXT))
    assert named
    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    unit = tmp_path / "askben.service"
    unit.write_text(TEXT.replace("/usr/local/bin/askben", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
