"""Answers a question that asks for posts by their dates: a list, without any LLM. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.quoting import Sentence, sentences_of
from bot.answering.sources import number_posts, source_of
from bot.answering.types import NumberedPost, Source
from retrieval.queries import Passage

_LONGEST_QUOTE = 320  # characters


def list_posts(passages: Sequence[Passage]) -> tuple[str, tuple[Source, ...]]:
    """Return a line for each post, in the order given, and the posts as sources."""
    posts = number_posts(passages)
    lines = [f"• {post.passage.best.title} [{post.number}]" for post in posts]
    sources = tuple(source_of(post.number, post, _opening(post)) for post in posts)
    return "\n".join(lines), sources


def _opening(post: NumberedPost) -> Sentence:
    """Return the first whole sentence of a post, or its first words if it has none."""
    best = post.passage.best
    beginning = Sentence(best.text[:_LONGEST_QUOTE].strip(), post.number, best, 0.0)
    return next(iter(sentences_of([post])), beginning)
