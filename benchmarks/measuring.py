"""What the benchmarks of the search share: their arguments, their data folder, their questions."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from benchmarks.pipelines import Pipeline
from bot.evaluation import GoldenQuestion, Searched, read_golden_questions

COLUMNS = ("recall@1", "recall@3", "recall@5", "mrr@10", "refusal_auroc")


def arguments_for(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what each of them is told."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--posts", type=Path, required=True, help="a folder of posts")
    parser.add_argument("--questions", type=Path, required=True, help="as for askben eval")
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    return parser


@contextmanager
def data_folder(models: Path) -> Iterator[Path]:
    """Yield an empty data folder that has the models in it, and is removed at the end."""
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "models").symlink_to(models.resolve(), target_is_directory=True)
        yield data


def read_questions(file: Path) -> list[GoldenQuestion]:
    """Read golden questions; those without a date are asked now."""
    return read_golden_questions(file, now=datetime.now(UTC))


async def ask_all(
    pipeline: Pipeline, questions: Sequence[GoldenQuestion], *, named: str
) -> list[Searched]:
    """Search for every question, one after the other, with a progress bar."""
    results = []
    for golden in tqdm(questions, desc=named, leave=False):
        started = time.perf_counter()
        found = await pipeline.search(golden.question)
        milliseconds = (time.perf_counter() - started) * 1000
        ranks = [found.posts.index(post) + 1 for post in golden.gold if post in found.posts]
        first = found.posts[0] if found.posts else None
        rank = min(ranks, default=None)
        results.append(Searched(golden, rank, first, found.sureness, milliseconds))
    return results


def shown(measures: Sequence[float | None]) -> str:
    """Return measures as cells of a table."""
    return " | ".join("-" if measure is None else f"{measure:.3f}" for measure in measures)
