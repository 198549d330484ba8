"""The JSON documents of the command line contract: pure, from results to what is printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bot.answering.types import Answer, Source
from retrieval.documents import FailedPage, Fingerprint, IndexInfo, LeftOutPage
from retrieval.queries import Passage
from retrieval.reports import Preview, Report


def report_to_json(report: Report) -> dict[str, Any]:
    """Return a report in the form of the command line contract."""
    return {
        "posts": report.posts,
        "chunks": report.chunks,
        "embedded": report.embedded,
        "kept": report.kept,
        "dropped": report.dropped,
        "failed": _reasons(report.failed),
        "left_out": _reasons(report.left_out),
        "seconds": round(report.seconds, 3),
        "fingerprint": _fingerprint_text(report.fingerprint, report.dimension),
    }


def preview_to_json(preview: Preview) -> dict[str, Any]:
    """Return what a reindex would do; `posts` and `chunks` count the index after it."""
    changes = preview.changes
    return {
        "posts": preview.posts,
        "chunks": preview.chunks,
        "added": list(changes.added),
        "changed": list(changes.changed),
        "changed_sections": changes.sections,
        "removed": list(changes.removed),
        "embed": preview.embed,
        "keep": preview.kept,
        "drop": preview.drop,
        "failed": _reasons(preview.failed),
        "left_out": _reasons(preview.left_out),
        "refused": preview.refused,
        "seconds": round(preview.seconds, 3),
    }


def info_to_json(info: IndexInfo) -> dict[str, Any]:
    """Return what is known of an index."""
    return {
        "posts": info.posts,
        "chunks": info.chunks,
        "built_at": info.built_at.isoformat(),
        "fingerprint": _fingerprint_text(info.fingerprint, info.dimension),
    }


def passage_to_json(passage: Passage) -> dict[str, Any]:
    """Return a found passage in the form of the command line contract."""
    chunk = passage.best
    return {
        "post": chunk.post,
        "title": chunk.title,
        "url": chunk.url,
        "date": chunk.published.isoformat() if chunk.published else None,
        "score": round(passage.score, 4),
        "text": passage.text,
    }


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return an answer in the form of the command line contract."""
    return {
        "answer": answer.text,
        "outcome": answer.outcome.value,
        "sources": [_source_to_json(source) for source in answer.sources],
        "timings": asdict(answer.timings),
    }


def _source_to_json(source: Source) -> dict[str, Any]:
    return {
        "n": source.n,
        "title": source.title,
        "url": source.url,
        "link": source.link,
        "date": source.date.isoformat() if source.date else None,
        "quote": source.quote,
    }


def _reasons(pages: Iterable[FailedPage | LeftOutPage]) -> list[dict[str, str]]:
    return [{"page": page.post, "why": page.why} for page in pages]


def _fingerprint_text(fingerprint: Fingerprint, dimension: int) -> str:
    return (
        f"{fingerprint.embedding_model}/{dimension}"
        f"/chunks-{fingerprint.chunker_version}/{fingerprint.language}"
    )
