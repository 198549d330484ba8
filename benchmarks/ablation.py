"""Takes each part of the search out in turn, and prints what the rest reaches without it.

    make ablation POSTS=folder QUESTIONS=questions.jsonl

The index is made once; what only counts when a question is asked is taken out there.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.pipelines import Pipeline, askben, load_embedder
from bot.answering.rewriting import Standalone, standalone
from bot.answering.types import Question
from bot.evaluation import GoldenQuestion, Searched, read_golden_questions, summarize_search
from retrieval.answerability import Evidence, evidence_of
from retrieval.documents import EmbeddedText, SparseVector
from retrieval.embedding import Embedder
from retrieval.queries import Query

_COLUMNS = ("recall@1", "recall@5", "mrr@10", "refusal_auroc")
_EMBED = "retrieval.embedding.Embedder.embed_question"
_embed = Embedder.embed_question


async def _by_meaning_alone(
    self: Embedder, text: str, language: str, context: str = ""
) -> EmbeddedText:
    return replace(await _embed(self, text, language, context), sparse=SparseVector((), ()))


async def _behind_its_context_once(
    self: Embedder, text: str, language: str, context: str = ""
) -> EmbeddedText:
    return await _embed(self, f"{context} {text}".strip(), language)


def _as_it_stands(question: Question) -> Query:
    meant = standalone(question)
    return Query(meant.own, context=meant.context)


def _as_asked(query: Query, _: str) -> Query:
    return query


def _by_itself(question: Question) -> Standalone:
    return Standalone(question.text)


def _without(**fields: float) -> Callable[..., Evidence]:
    def evidence(*arguments: Any, **named: Any) -> Evidence:
        return replace(evidence_of(*arguments, **named), **fields)

    return evidence


# What is set to what where a part is taken out.
_PARTS: dict[str, dict[str, Any]] = {
    "(all of it)": {},
    "search by words": {_EMBED: _by_meaning_alone},
    "power of the words' share": {
        "retrieval.ranking._WORDS_POWER": 1.0,
        "retrieval.ranking._WORDS": 0.7,  # the best without it
    },
    "the post as a whole": {"retrieval.ranking._WHOLE_POST": 0.0},
    "the voice of the posts": {"retrieval.searching.in_first_person": _as_asked},
    "dates and orders": {"benchmarks.pipelines.read_query": _as_it_stands},
    "preference for dates": {"retrieval.ranking._PREFERRED_DATES": 0.0},
    "the conversation": {"bot.answering.reading.standalone": _by_itself},
    "a follow-up once more by itself": {_EMBED: _behind_its_context_once},
    "margin, in refusal": {"retrieval.index_search.evidence_of": _without(margin=0.0)},
    "coverage, in refusal": {"retrieval.index_search.evidence_of": _without(coverage=0.0)},
    "coverage of rare words, in refusal": {
        "retrieval.index_search.evidence_of": _without(rare_coverage=0.0)
    },
    "missing words, in refusal": {
        "retrieval.index_search.evidence_of": _without(strangest_missing=0.0)
    },
    "a follow-up's advantage, in refusal": {
        "retrieval.index_search.evidence_of": _without(goes_on=False)
    },
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--posts", type=Path, required=True, help="a folder of posts")
    parser.add_argument("--questions", type=Path, required=True, help="as for askben eval")
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    asyncio.run(_run(parser.parse_args()))


async def _run(arguments: argparse.Namespace) -> None:
    questions = read_golden_questions(arguments.questions, now=datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        arguments.models.mkdir(parents=True, exist_ok=True)
        (data / "models").symlink_to(arguments.models.resolve(), target_is_directory=True)
        embedder = await load_embedder(data)
        async with askben(arguments.posts, data, embedder) as pipeline:
            print("| without | " + " | ".join(_COLUMNS) + " |")
            print("|---" * (len(_COLUMNS) + 1) + "|")
            for part, changes in _PARTS.items():
                with ExitStack() as changed:
                    for name, value in changes.items():
                        changed.enter_context(patch(name, value))
                    summary = await _evaluate(pipeline, questions)
                shown = " | ".join(
                    "-" if summary[name] is None else f"{summary[name]:.3f}" for name in _COLUMNS
                )
                print(f"| {part} | {shown} |", flush=True)


async def _evaluate(pipeline: Pipeline, questions: list[GoldenQuestion]) -> dict[str, Any]:
    results = []
    for golden in questions:
        found = await pipeline.search(golden.question)
        ranks = [found.posts.index(post) + 1 for post in golden.gold if post in found.posts]
        first = found.posts[0] if found.posts else None
        results.append(Searched(golden, min(ranks, default=None), first, found.sureness, 0.0))
    return summarize_search(results)


if __name__ == "__main__":
    main()
