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
import time
from typing import Any

from benchmarks.measuring import COLUMNS, arguments_for, ask_all, data_folder, read_questions, shown
from benchmarks.pipelines import PIPELINES, load_embedder
from bot.evaluation import summarize_search


def main() -> None:
    """Run one pipeline, or all of them and print the table."""
    parser = arguments_for(__doc__)
    parser.add_argument("--pipeline", choices=PIPELINES, help="this one alone, as JSON")
    arguments = parser.parse_args()
    if arguments.pipeline:
        print(json.dumps(asyncio.run(_run(arguments))))
    else:
        _print_table([_in_a_process(name, arguments) for name in PIPELINES], arguments)


async def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    questions = read_questions(arguments.questions)
    with data_folder(arguments.models) as data:
        embedder = await load_embedder(data)
        started = time.perf_counter()
        async with PIPELINES[arguments.pipeline](arguments.posts, data, embedder) as pipeline:
            seconds = time.perf_counter() - started
            results = await ask_all(pipeline, questions, named=arguments.pipeline)
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
    print("| pipeline | " + " | ".join(COLUMNS) + " | ms p50 / p95 | s | chunks/s | peak MB |")
    print("|---" * (len(COLUMNS) + 5) + "|")
    for result in results:
        measures = shown([result[name] for name in COLUMNS])
        latency = f"{result['latency_ms']['p50']:.0f} / {result['latency_ms']['p95']:.0f}"
        seconds = result["index_seconds"]
        print(
            f"| {result['pipeline']} | {measures} | {latency} | {seconds:.0f} | "
            f"{result['chunks'] / seconds:.1f} | {result['peak_mb']:.0f} |"
        )
    print("\nBy kind, recall@1 / recall@5:\n")
    kinds = [kind for kind, row in results[0]["by_kind"].items() if row["recall@1"] is not None]
    print("| pipeline | " + " | ".join(kinds) + " |")
    print("|---" * (len(kinds) + 1) + "|")
    for result in results:
        rows = [result["by_kind"][kind] for kind in kinds]
        recalls = " | ".join(f"{row['recall@1']:.2f} / {row['recall@5']:.2f}" for row in rows)
        print(f"| {result['pipeline']} | {recalls} |")


if __name__ == "__main__":
    main()
