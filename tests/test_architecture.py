"""The house: imports go down, one dependency lives in one room, every file says what it owns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.errors
import retrieval.errors
from tests.conftest import REPOSITORY

SOURCES = sorted([*REPOSITORY.glob("bot/**/*.py"), *REPOSITORY.glob("retrieval/**/*.py")])

# From the ground up. A module may import what stands on its own floor or below.
FLOORS: list[list[str]] = [
    [
        *("retrieval.documents", "retrieval.queries", "retrieval.catalogue", "retrieval.errors"),
        *("retrieval.languages", "retrieval.sentences", "retrieval.foreign_questions"),
        *("bot.errors", "bot.answering.types", "bot.texts"),
    ],
    [
        *("retrieval.parsing", "retrieval.sources", "retrieval.chunking", "retrieval.planning"),
        *("retrieval.embedding", "retrieval.stores", "retrieval.ranking", "retrieval.spool"),
        *("retrieval.answerability", "retrieval.voice"),
        *(
            "bot.settings",
            "bot.llm",
            "bot.breaker",
            "bot.served_models",
            "bot.metrics",
            "bot.answering",
        ),
        "bot.journal",
    ],
    [
        *("retrieval.searching", "retrieval.index_search"),
        "bot.answering.archive",
        "retrieval.reading",
        "retrieval.reports",
        "bot.answering.answerer",
    ],
    ["retrieval.calibration"],
    ["retrieval.indexing"],
    [
        *("bot.contract", "bot.discord_front", "bot.terminal", "bot.evaluation", "bot.comparison"),
        *("bot.health", "bot.readiness", "bot.doctor", "bot.schedule", "bot.publish_hook"),
        *("bot.golden_gate", "bot.statistics", "bot.reindexing", "bot.status"),
        "bot.backup",
    ],
    ["bot.assembly"],
    ["bot.cli", "bot.arguments", "bot.upkeep", "bot.__main__"],
]

ROOMS = {
    "discord": "bot.discord_front",
    "qdrant_client": "retrieval.stores",
    "qdrant_edge": "retrieval.stores",
    "fastembed": "retrieval.embedding",
    "onnx": "retrieval.embedding",
    "huggingface_hub": "retrieval.embedding",
    "lxml": "retrieval.parsing",
    "markdown_it": "retrieval.parsing",
    "yaml": "retrieval.parsing",
    "pydantic_settings": "bot.settings",
    "tqdm": "bot.terminal",
    "feedparser": "retrieval.parsing",
    "trafilatura": "retrieval.parsing",
    "charset_normalizer": "retrieval.sources",
    "protego": "retrieval.sources",
    "filelock": "retrieval.stores",
    "sentencex": "retrieval.sentences",
    "prometheus_client": "bot.metrics",
}

# These take values and return values: no clock, no files, no network, no event loop.
PURE = [
    *("retrieval.documents", "retrieval.parsing", "retrieval.chunking", "retrieval.planning"),
    *("retrieval.queries", "retrieval.catalogue", "retrieval.ranking", "retrieval.reports"),
    *("retrieval.languages", "retrieval.sentences", "retrieval.answerability"),
    "retrieval.voice",
    *("bot.answering.dates", "bot.answering.reading", "bot.answering.catalogue_questions"),
    *("bot.answering.spans", "bot.answering.listing", "bot.answering.sources"),
    "bot.answering.time_words",
    *(
        "bot.answering.types",
        "bot.answering.prompt",
        "bot.contract",
        "bot.comparison",
        "bot.statistics",
    ),
    *("bot.answering.citations", "bot.answering.quoting", "bot.answering.rewriting"),
    *("bot.answering.gate", "bot.answering.writing", "bot.answering.deadline"),
    *("bot.answering.cache", "bot.answering.control_tokens", "bot.breaker"),
    *("bot.discord_front.embeds", "bot.discord_front.deciding", "bot.discord_front.pages"),
    *("bot.discord_front.fairness", "bot.discord_front.pace", "bot.texts"),
    *("bot.doctor.findings", "bot.doctor.permissions"),
]
IMPURE_IMPORTS = {"asyncio", "os", "time", "random", "socket", "aiohttp", "logging", "threading"}

NAMELESS = {"utils", "helpers", "common", "misc", "manager", "base", "core"}


def module_name(file: Path) -> str:
    parts = list(file.relative_to(REPOSITORY).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in SOURCES}


def imports_of(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            name = node.module or ""
            for alias in node.names:
                inner = f"{name}.{alias.name}"
                yield inner if inner in MODULES else name


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def floor_of(module: str) -> int:
    """The floor of the longest name that holds the module."""
    found = [
        (len(room), n) for n, rooms in enumerate(FLOORS) for room in rooms if is_in(module, room)
    ]
    assert found, f"{module} stands on no floor; add it to FLOORS"
    return max(found)[1]


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_or_sideways(module: str) -> None:
    if module in {"bot", "retrieval"}:
        return
    for imported in imports_of(module):
        if imported in MODULES and imported not in {"bot", "retrieval"}:
            assert floor_of(imported) <= floor_of(module), f"{module} imports {imported} above it"


@pytest.mark.parametrize("module", [name for name in MODULES if is_in(name, "retrieval")])
def test_retrieval_knows_nothing_of_the_bot(module: str) -> None:
    assert not [name for name in imports_of(module) if is_in(name, "bot")]


@pytest.mark.parametrize("module", [name for name in MODULES if is_in(name, "bot.answering")])
def test_answering_knows_nothing_of_the_fronts(module: str) -> None:
    fronts = ("bot.discord_front", "bot.terminal", "bot.cli", "discord")
    assert not [name for name in imports_of(module) if name.startswith(fronts)]


@pytest.mark.parametrize("module", MODULES)
def test_one_dependency_lives_in_one_room(module: str) -> None:
    for imported in imports_of(module):
        room = ROOMS.get(imported.split(".")[0])
        assert room is None or is_in(module, room), f"{module} imports {imported}"


@pytest.mark.parametrize("module", [name for name in MODULES if any(is_in(name, p) for p in PURE)])
def test_pure_modules_import_nothing_that_acts(module: str) -> None:
    assert not [name for name in imports_of(module) if name.split(".")[0] in IMPURE_IMPORTS]


def test_there_is_no_cycle() -> None:
    graph = {name: {i for i in imports_of(name) if i in MODULES} for name in MODULES}
    remaining = dict(graph)
    while remaining:
        leaves = [
            name for name, needs in remaining.items() if not (needs - {name}) & set(remaining)
        ]
        assert leaves, f"a cycle runs through {sorted(remaining)}"
        for name in leaves:
            del remaining[name]


@pytest.mark.parametrize("file", SOURCES, ids=module_name)
def test_every_module_opens_with_one_to_three_lines_on_what_it_owns(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse(file.read_text("utf-8")))
    assert docstring, "there is no module docstring"
    assert docstring.split("\n\n")[0].count("\n") < 3


@pytest.mark.parametrize("file", SOURCES, ids=module_name)
def test_no_module_has_a_name_that_says_nothing(file: Path) -> None:
    assert file.stem not in NAMELESS


@pytest.mark.parametrize("file", SOURCES, ids=module_name)
def test_modules_stay_small(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    ("module", "root"),
    [(retrieval.errors, retrieval.errors.RetrievalError), (bot.errors, bot.errors.AskBenError)],
)
def test_the_drawn_tree_of_errors_is_the_real_one(module: object, root: type[Exception]) -> None:
    drawn = re.findall(r"^([│ ]*)[├└]── (\w+)", module.__doc__ or "", re.MULTILINE)
    names = [(len(indent) // 4 + 1, name) for indent, name in drawn]

    def tree(error: type[Exception], depth: int = 0) -> Iterator[tuple[int, str]]:
        yield depth, error.__name__
        for branch in error.__subclasses__():
            yield from tree(branch, depth + 1)

    assert [(0, root.__name__), *names] == list(tree(root))
