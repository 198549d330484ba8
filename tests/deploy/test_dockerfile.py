"""The image is locked and small, and its build sees nothing that it need not see."""

from __future__ import annotations

import fnmatch
import re
import tomllib

import yaml

from bot.settings import PREFIX, Settings
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "deploy" / "Dockerfile").read_text("utf-8")
WITHOUT_COMMENTS = re.sub(r"^\s*#.*\n", "", TEXT, flags=re.MULTILINE)
INSTRUCTIONS = WITHOUT_COMMENTS.replace("\\\n", " ").splitlines()
STAGES = WITHOUT_COMMENTS.replace("\\\n", " ").split("\nFROM ")[1:]
IGNORED = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()


def test_the_base_image_is_an_exact_version_that_askben_supports() -> None:
    (image,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", TEXT, re.MULTILINE)
    version = re.search(r":(\d+\.\d+)\.\d+-slim-\w+$", image)
    assert version
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"Programming Language :: Python :: {version[1]}" in project["classifiers"]


def test_every_package_is_locked_with_its_hashes_but_askben_itself() -> None:
    installs = re.findall(r"pip install (.*?)(?= &&|$)", "\n".join(INSTRUCTIONS), re.MULTILINE)
    assert len(installs) == 3
    *locked, itself = [re.sub(r"\s+", " ", install) for install in installs]
    assert all("--no-deps --require-hashes" in install for install in locked)
    assert itself.strip() == "--no-deps --no-build-isolation ."


def test_what_runs_is_a_user_in_an_image_that_never_saw_pip() -> None:
    build, run = STAGES
    assert "AS build" in build
    assert "pip install" not in run
    users = re.findall(r"^USER (\S+)$", run, re.MULTILINE)
    assert users == ["askben"]
    assert "--uid 10001" in run


def test_compose_runs_it_as_the_same_user() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
    assert compose["services"]["bot"]["user"] == "10001:10001"


def test_every_setting_it_sets_exists() -> None:
    named = set(re.findall(rf"\b({PREFIX}\w+)=", TEXT))
    assert named
    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}


def test_it_is_healthy_when_it_can_answer() -> None:
    (check,) = [line for line in INSTRUCTIONS if line.startswith("HEALTHCHECK")]
    assert "http://127.0.0.1:8080/readyz" in check
    assert "ASKBEN_HEALTH_PORT=8080" in TEXT


def test_it_names_no_architecture_so_that_it_is_built_for_any() -> None:
    assert not re.search(r"amd64|x86_64|arm64|aarch64|--platform", WITHOUT_COMMENTS)


def test_the_build_sees_what_it_copies_and_nothing_else() -> None:
    assert IGNORED[1] == "*"
    seen = {line[1:] for line in IGNORED if line.startswith("!")}
    copied = set()
    for line in INSTRUCTIONS:
        if line.startswith("COPY") and "--from" not in line:
            copied |= {name.removeprefix("./") for name in line.split()[1:-1]}
    assert copied == seen
    assert all((REPOSITORY / name).exists() for name in seen)
    assert not [name for name in seen if fnmatch.fnmatch(".env", name)]
