"""Takes each part of the search out in turn, and prints what the rest reaches without it.

    make ablation POSTS=folder QUESTIONS=questions.jsonl

Most parts count when a question is asked, of one and the same index; then follow those that make
it, each with an index of its own.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.measuring import COLUMNS, arguments_for, ask_all, data_folder, read_questions, shown
from benchmarks.pipelines import Pipeline, askben, load_embedder
from bot.answering.rewriting import Standalone, standalone
from bot.answering.types import Question
from bot.evaluation import summarize_search
from retrieval.answerability import Evidence, evidence_of
from retrieval.documents import Chunk, EmbeddedText, SparseVector, context_of
from retrieval.embedding import Embedder, words
from retrieval.embedding.embedder import Rows
from retrieval.languages import LANGUAGES
from retrieval.queries import Query

_CHUNK = "retrieval.documents.Chunk"
_VECTORS = "retrieval.embedding.Embedder._dense_vectors"
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


def _with_its_month(chunk: Chunk) -> str:
    month = f"{chunk.published:%B %Y}" if chunk.published else ""
    return f"{context_of(chunk.title, chunk.headings)}\n{month}\n\n{chunk.text}"


def _as_it_stands(question: Question) -> Query:
    meant = standalone(question)
    return Query(meant.own, context=meant.context)


def _as_asked(query: Query, _: str) -> Query:
    return query


def _by_itself(question: Question) -> Standalone:
    return Standalone(question.text)


def _without(**fields: Any) -> Callable[..., Evidence]:
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


# The same where the index is made: chunks and what is read of them.
_INDEXED_PARTS: dict[str, dict[str, Any]] = {
    "title and headings": {f"{_CHUNK}.embedded_text": property(lambda chunk: chunk.text)},
    "the month, among the words": {
        f"{_CHUNK}.searched_words": property(lambda chunk: chunk.embedded_text)
    },
    "(with the month embedded too)": {f"{_CHUNK}.embedded_text": property(_with_its_month)},
    "stems": {"retrieval.embedding.words.UNSTEMMED": LANGUAGES},
    "stop words": {"retrieval.embedding.words.STOP_WORDS": {}},
}


def main() -> None:
    """Print the table."""
    asyncio.run(_run(arguments_for(__doc__).parse_args()))


async def _run(arguments: argparse.Namespace) -> None:
    questions = read_questions(arguments.questions)
    print("| without | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")

    async def print_row(part: str, pipeline: Pipeline) -> None:
        summary = summarize_search(await ask_all(pipeline, questions, named=part))
        print(f"| {part} | {shown([summary[name] for name in COLUMNS])} |", flush=True)

    with patch(_VECTORS, _remembering(Embedder._dense_vectors)):  # noqa: SLF001
        async with _index(arguments) as pipeline:
            for part, changes in _PARTS.items():
                with _changed(changes):
                    await print_row(part, pipeline)
        for part, changes in _INDEXED_PARTS.items():
            with _changed(changes):
                async with _index(arguments) as pipeline:
                    await print_row(part, pipeline)


@asynccontextmanager
async def _index(arguments: argparse.Namespace) -> AsyncIterator[Pipeline]:
    with data_folder(arguments.models) as data:
        async with askben(arguments.posts, data, await load_embedder(data)) as pipeline:
            yield pipeline


@contextmanager
def _changed(changes: Mapping[str, Any]) -> Iterator[None]:
    """Set names to other values, and forget meanwhile what was worked out with the old ones."""
    with ExitStack() as changed:
        for name, value in changes.items():
            changed.enter_context(patch(name, value))
        for remembered in (words._bm25, words.numbers_of):  # noqa: SLF001
            remembered.cache_clear()
            changed.callback(remembered.cache_clear)
        yield


def _remembering(embed: Callable[[Embedder, Sequence[str]], Rows]) -> Callable[..., Rows]:
    """Return what embeds each text once, for most texts of an index are those of the last one."""
    vectors: dict[str, Rows] = {}

    def remembered(self: Embedder, texts: Sequence[str]) -> Rows:
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        vectors.update(zip(new, embed(self, new), strict=True))
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    return remembered


if __name__ == "__main__":
    main()
