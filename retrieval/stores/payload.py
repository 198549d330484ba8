"""How chunks, and what is known of an index, are written down in every store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from retrieval.catalogue import ChunkRecord
from retrieval.documents import Block, BlockKind, Calibration, Chunk, Fingerprint, IndexInfo

DENSE = "dense"
WORDS = "words"
PUBLISHED = "published"
CATALOGUE_FIELDS = [
    "post", "page_digest", "url", "title", "published", "tags", "position", "continues",
    "size",
]  # fmt: skip


def chunk_to_payload(chunk: Chunk) -> dict[str, Any]:
    """Return all of a chunk but its id, as JSON. Dates are days in ISO 8601."""
    return {
        "post": chunk.post,
        "url": chunk.url,
        "title": chunk.title,
        "published": chunk.published.isoformat() if chunk.published else None,
        "updated": chunk.updated.isoformat() if chunk.updated else None,
        "tags": list(chunk.tags),
        "headings": list(chunk.headings),
        "anchor": chunk.anchor,
        "position": chunk.position,
        "blocks": [[block.kind.value, block.text, block.continues] for block in chunk.blocks],
        "continues": chunk.continues,
        "page_digest": chunk.page_digest,
        "language": chunk.language,
        "cover": chunk.cover,
        "size": len(chunk.text),
    }


def chunk_from_payload(chunk_id: str, payload: Mapping[str, Any]) -> Chunk:
    """Return the chunk that a payload was made of."""
    return Chunk(
        id=chunk_id,
        post=payload["post"],
        url=payload["url"],
        title=payload["title"],
        published=_day(payload["published"]),
        updated=_day(payload["updated"]),
        tags=tuple(payload["tags"]),
        headings=tuple(payload["headings"]),
        anchor=payload["anchor"],
        position=payload["position"],
        blocks=tuple(
            Block(BlockKind(kind), text, *continues) for kind, text, *continues in payload["blocks"]
        ),
        page_digest=payload["page_digest"],
        language=payload.get("language"),
        cover=payload.get("cover"),
    )


def record_from_payload(
    chunk_id: str, payload: Mapping[str, Any], words: Sequence[int]
) -> ChunkRecord:
    """Return what the catalogue wants of a payload, of which CATALOGUE_FIELDS were read.

    Indexes of the first version lack some fields; they can be read until they are replaced.
    """
    return ChunkRecord(
        chunk_id=chunk_id,
        post=payload["post"],
        page_digest=payload["page_digest"],
        url=payload["url"],
        title=payload["title"],
        published=_day(payload["published"]),
        tags=tuple(payload["tags"]),
        position=payload["position"],
        continues=payload.get("continues", False),
        size=payload.get("size", 0),
        words=words,
    )


def info_to_json(info: IndexInfo) -> dict[str, Any]:
    """Return what is known of an index as JSON."""
    return {
        "embedding_model": info.fingerprint.embedding_model,
        "chunker_version": info.fingerprint.chunker_version,
        "language": info.fingerprint.language,
        "dimension": info.dimension,
        "posts": info.posts,
        "chunks": info.chunks,
        "sources": list(info.sources),
        "built_at": info.built_at.isoformat(),
        "calibration": asdict(info.calibration) if info.calibration else None,
    }


def info_from_json(stated: Mapping[str, Any]) -> IndexInfo:
    """Return what info_to_json wrote down; indexes of the first version have no calibration."""
    calibration = stated.get("calibration")
    return IndexInfo(
        fingerprint=Fingerprint(
            stated["embedding_model"], stated["chunker_version"], stated["language"]
        ),
        dimension=stated["dimension"],
        posts=stated["posts"],
        chunks=stated["chunks"],
        sources=tuple(stated["sources"]),
        built_at=datetime.fromisoformat(stated["built_at"]),
        calibration=Calibration(**{"version": 1, **calibration}) if calibration else None,
    )


def _day(stated: str | None) -> date | None:
    return date.fromisoformat(stated) if stated else None
