"""Chunks, passages and documents for tests, with only what a test cares about to be named."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from bot.answering.types import Answer, NumberedPost, Outcome, Question, Source, Timings
from retrieval.documents import (
    Block,
    BlockKind,
    Chunk,
    Document,
    EmbeddedChunk,
    EmbeddedText,
    Fingerprint,
    IndexedPost,
    IndexInfo,
    Page,
    PageFormat,
    Section,
    SparseVector,
)
from retrieval.queries import Passage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIMENSION = 4


def a_page(text: str, *, post: str = "post.md", format: PageFormat = PageFormat.MARKDOWN) -> Page:
    return Page(post=post, url=f"file:///blog/{post}", text=text, format=format, digest="d")


def a_chunk(
    text: str = "Some words.",
    *,
    post: str = "post.md",
    kind: BlockKind = BlockKind.PARAGRAPH,
    **fields: Any,
) -> Chunk:
    defaults: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{post}/{text}")),
        "post": post,
        "url": f"https://blog.example/{post.removesuffix('.md')}/",
        "title": f"About {post.removesuffix('.md')}",
        "published": date(2024, 5, 17),
        "updated": None,
        "tags": (),
        "headings": (),
        "anchor": None,
        "position": 0,
        "blocks": (Block(kind, text),),
        "page_digest": "d",
    }
    return Chunk(**{**defaults, **fields})


def an_indexed_post(*chunks: Chunk) -> IndexedPost:
    first = chunks[0]
    return IndexedPost(
        post=first.post,
        digest=first.page_digest,
        url=first.url,
        title=first.title,
        published=first.published,
        tags=first.tags,
        chunk_ids=tuple(chunk.id for chunk in chunks),
        continuing=frozenset(chunk.id for chunk in chunks if chunk.continues),
        size=sum(len(chunk.text) for chunk in chunks),
    )


def an_index_info(**fields: Any) -> IndexInfo:
    defaults: dict[str, Any] = {
        "fingerprint": Fingerprint("a model", 1, "english"),
        "dimension": DIMENSION,
        "posts": 1,
        "chunks": 1,
        "sources": ("blog",),
        "built_at": NOW,
    }
    return IndexInfo(**{**defaults, **fields})


def an_embedded_chunk(
    chunk: Chunk, *, along: int = 0, words: tuple[int, ...] = (1,)
) -> EmbeddedChunk:
    """Embed a chunk along one axis of a small space, with some words of weight 1."""
    return EmbeddedChunk(chunk, _axis(along), SparseVector(words, (1.0,) * len(words)))


def an_embedded_text(*, along: int = 0, words: tuple[int, ...] = (1,)) -> EmbeddedText:
    return EmbeddedText(_axis(along), SparseVector(words, (1.0,) * len(words)))


def a_passage(text: str = "Some words.", *, cosine: float = 0.5, **fields: Any) -> Passage:
    chunk = a_chunk(text, **fields)
    return Passage((chunk,), (cosine,), best=chunk, score=cosine)


def a_numbered_post(number: int, passage: Passage | None = None) -> NumberedPost:
    return NumberedPost(number, passage or a_passage(post=f"post-{number}.md"))


def a_document(*sections: Section, title: str = "A title") -> Document:
    return Document(
        post="post.md",
        url="https://blog.example/post/",
        title=title,
        published=date(2024, 5, 17),
        updated=None,
        tags=(),
        description=None,
        sections=sections,
    )


def a_section(*texts: str, headings: tuple[str, ...] = ()) -> Section:
    return Section(headings, None, tuple(Block(BlockKind.PARAGRAPH, text) for text in texts))


def a_question(text: str = "What about bread?") -> Question:
    return Question(text, NOW)


def a_source(n: int = 1, *, title: str = "On bread", **fields: Any) -> Source:
    url = fields.pop("url", f"https://blog.example/post-{n}/")
    defaults: dict[str, Any] = {
        "n": n,
        "title": title,
        "url": url,
        "link": f"{url}#:~:text=Knead%20it",
        "date": date(2024, 5, 17),
        "quote": "Knead it.",
        "passage": a_passage("Knead it."),
    }
    return Source(**{**defaults, **fields})


def an_answer(
    text: str = "Knead it [1].", *sources: Source, outcome: Outcome = Outcome.ANSWERED
) -> Answer:
    return Answer(text, outcome, sources, Timings(5.0, 20.0, 30.0))


def _axis(number: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[number] = 1.0
    return vector
