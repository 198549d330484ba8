"""README, CONTRIBUTING, CHANGELOG, .env.example, the lock files and --help agree with the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.cli import main
from bot.settings import PREFIX, Settings
from tests.conftest import EXAMPLE_BLOG, REPOSITORY
from tests.test_architecture import FLOORS

README = (REPOSITORY / "README.md").read_text("utf-8")
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
LOCKS = sorted(REPOSITORY.glob("requirements*.lock"))
TEXTS = [
    *REPOSITORY.glob("*.md"),
    *(REPOSITORY / name for name in (".env.example", "Makefile")),
    *(REPOSITORY / name for name in ("benchmarks/README.md", "deploy/README.md")),
    *REPOSITORY.glob("bot/**/*.py"),
    *REPOSITORY.glob("retrieval/**/*.py"),
]


def block(name: str) -> str:
    """Return the code block of the README that follows a comment with this name."""
    found = re.search(rf"<!-- {name} -->\n```\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block {name}"
    return found[1]


def test_env_example_lists_every_setting_once_with_its_default() -> None:
    listed = dotenv_values(REPOSITORY / ".env.example")
    defaults = {
        PREFIX + name.upper(): "" if field.default is None else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert listed == defaults


def test_env_example_says_what_each_setting_is_for() -> None:
    lines = (REPOSITORY / ".env.example").read_text("utf-8").splitlines()
    for before, line in pairwise(lines):
        if line.startswith(PREFIX) and "_FILE=" not in line and "API_KEY=" not in line:
            assert before.startswith("# "), f"{line} is not explained"


def test_a_copy_of_env_example_means_the_defaults(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / ".env.example", tmp_path / ".env")
    assert Settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_every_setting_that_a_text_names_exists() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {"ASKBEN_TEST_QDRANT_URL"}
    for file in TEXTS:
        named = set(re.findall(r"\bASKBEN_[A-Z_]+[A-Z]\b", file.read_text("utf-8")))
        assert named <= known, file


def test_the_readme_shows_the_help_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert block("help") == capsys.readouterr().out


def test_the_readmes_transcript_is_the_real_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, example_data: Path
) -> None:
    transcript = block("transcript")
    questions = re.findall(r"^You: (.*)$", transcript, re.MULTILINE)
    assert len(questions) >= 3
    data = tmp_path / "data"
    shutil.copytree(example_data / "index", data / "index")
    (data / "models").symlink_to(example_data / "models", target_is_directory=True)
    monkeypatch.setenv("ASKBEN_DATA_DIR", str(data))
    monkeypatch.setenv("ASKBEN_SOURCES", EXAMPLE_BLOG.relative_to(REPOSITORY).as_posix())

    def askben(*arguments: str, typed: str = "") -> str:
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(
            command, input=typed, capture_output=True, text=True, check=True, cwd=REPOSITORY
        )
        return done.stdout

    askben("index")  # the index of the tests is that of a site; here the links are files
    printed = askben("ask", typed="".join(f"{question}\n" for question in questions))
    _, *answers, _ = printed.split("\nYou: \n" if "\nYou: \n" in printed else "\nYou: ")
    shown = [part.strip() for part in re.split(r"^You: .*$", transcript, flags=re.MULTILINE)]
    assert [answer.strip() for answer in answers] == [part for part in shown if part]


def test_the_readme_names_what_is_there() -> None:
    tree = README.split("## How it works")[1].split("```")[1]
    folder = ""
    for line in tree.strip().splitlines():
        name = line.split()[0]
        folder = name if not line.startswith(" ") else folder
        path = REPOSITORY / (name if not line.startswith(" ") else folder + name)
        assert path.exists(), f"{path} is gone"


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    for name in (
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
        *("benchmarks/README.md", "deploy/README.md"),
    ):
        text = (REPOSITORY / name).read_text("utf-8")
        for target in re.findall(r"\]\((?!<?https?:)([^)#]+)", text):
            assert (REPOSITORY / name).parent.joinpath(target).exists(), f"{name}: {target}"


def test_contributing_draws_the_floors_that_are_checked() -> None:
    drawn = CONTRIBUTING.split("```")[1]
    for rooms in FLOORS:
        for room in rooms:
            assert room.split(".")[-1] in drawn, f"{room} is not in the drawing"


def test_the_changelog_has_unreleased_on_top_or_the_version_that_is_built() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    first = re.search(r"^## (.*)$", changelog, re.MULTILINE)
    assert first
    assert first[1] == "Unreleased" or first[1].startswith(project["version"])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_the_lock_files_have_hashes_and_name_no_host(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    packages = re.findall(r"^[a-z0-9][\w.-]*==\S+.*$", text, re.MULTILINE)
    assert packages
    assert all(line.endswith("\\") for line in packages), "a package has no hash"


def test_the_lock_files_hold_every_dependency_and_no_torch() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    locked = set()
    for lock in LOCKS:
        locked |= set(re.findall(r"^([a-z0-9][\w.-]*)==", lock.read_text("utf-8"), re.MULTILINE))
    wanted = [*project["project"]["dependencies"]]
    for group in project["dependency-groups"].values():
        wanted += group
    names = {re.split(r"[<>=~ ]", line)[0].lower().replace(".", "-") for line in wanted}
    assert names <= locked
    assert not locked & {"torch", "sentence-transformers", "transformers"}


def test_ci_runs_what_make_test_runs() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text("utf-8")
    assert "make test" in script
    assert len(script.splitlines()) < 10
