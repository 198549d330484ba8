"""Runs askBen, LangChain and LlamaIndex on the same posts and questions, and prints the table.

    make benchmark POSTS=folder QUESTIONS=questions.jsonl

Each pipeline runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.pipelines import PIPELINES, load_embedder
from bot.evaluation import Searched, read_golden_questions, summarize_search

_COLUMNS = ("recall@1", "recall@3", "recall@5", "mrr@10", "refusal_auroc")


def main() -> None:
    """Run one pipeline, or all of them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--posts", type=Path, required=True, help="a folder of posts")
    parser.add_argument("--questions", type=Path, required=True, help="as for askben eval")
    parser.add_argument("--pipeline", choices=PIPELINES, help="this one alone, as JSON")
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    arguments = parser.parse_args()
    if arguments.pipeline:
        print(json.dumps(asyncio.run(_run(arguments))))
    else:
        _print_table([_in_a_process(name, arguments) for name in PIPELINES], arguments)


async def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    questions = read_golden_questions(arguments.questions, now=datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        arguments.models.mkdir(parents=True, exist_ok=True)
        (data / "models").symlink_to(arguments.models.resolve(), target_is_directory=True)
        embedder = await load_embedder(data)
        started = time.perf_counter()
        async with PIPELINES[arguments.pipeline](arguments.posts, data, embedder) as pipeline:
            seconds = time.perf_counter() - started
            results = []
            for golden in tqdm(questions, desc=arguments.pipeline):
                started = time.perf_counter()
                found = await pipeline.search(golden.question)
                milliseconds = (time.perf_counter() - started) * 1000
                ranks = [found.posts.index(post) + 1 for post in golden.gold if post in found.posts]
                first = found.posts[0] if found.posts else None
                rank = min(ranks, default=None)
                results.append(Searched(golden, rank, first, found.sureness, milliseconds))
    return {
        **summarize_search(results),
        "pipeline": arguments.pipeline,
        "chunks": pipeline.chunks,
        "index_seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _in_a_process(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.compare", "--pipeline", name]
    for option in ("posts", "questions", "models"):
        command += [f"--{option}", str(getattr(arguments, option))]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _print_table(results: list[dict[str, Any]], arguments: argparse.Namespace) -> None:
    questions = f"{results[0]['n']} questions, {results[0]['n_answerable']} with an answer"
    print(f"{arguments.posts.name}: {questions}\n")
    print("| pipeline | " + " | ".join(_COLUMNS) + " | ms p50 / p95 | chunks/s | peak MB |")
    print("|---" * (len(_COLUMNS) + 4) + "|")
    for result in results:
        measures = " | ".join(
            "-" if result[name] is None else f"{result[name]:.3f}" for name in _COLUMNS
        )
        latency = f"{result['latency_ms']['p50']:.0f} / {result['latency_ms']['p95']:.0f}"
        speed = result["chunks"] / result["index_seconds"]
        print(
            f"| {result['pipeline']} | {measures} | {latency} | {speed:.1f} | "
            f"{result['peak_mb']:.0f} |"
        )
    print("\nBy kind, recall@1 / recall@5:\n")
    kinds = [kind for kind, row in results[0]["by_kind"].items() if row["recall@1"] is not None]
    print("| pipeline | " + " | ".join(kinds) + " |")
    print("|---" * (len(kinds) + 1) + "|")
    for result in results:
        rows = [result["by_kind"][kind] for kind in kinds]
        shown = " | ".join(f"{row['recall@1']:.2f} / {row['recall@5']:.2f}" for row in rows)
        print(f"| {result['pipeline']} | {shown} |")


if __name__ == "__main__":
    main()
