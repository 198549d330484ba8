"""The JSON documents of the command line contract: pure, from results to what is printed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.answering.types import Answer, Source
from retrieval.indexing import Report
from retrieval.queries import Passage


def report_to_json(report: Report) -> dict[str, Any]:
    """Return a report in the form of the command line contract."""
    fingerprint = report.fingerprint
    return {
        "posts": report.posts,
        "chunks": report.chunks,
        "embedded": report.embedded,
        "kept": report.kept,
        "dropped": report.dropped,
        "failed": [{"page": page.post, "why": page.why} for page in report.failed],
        "left_out": [{"page": page.post, "why": page.why} for page in report.left_out],
        "seconds": round(report.seconds, 3),
        "fingerprint": (
            f"{fingerprint.embedding_model}/{report.dimension}"
            f"/chunks-{fingerprint.chunker_version}/{fingerprint.language}"
        ),
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
