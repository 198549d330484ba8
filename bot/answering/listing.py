"""Answers a question that asks for posts, or for their number, without any LLM. Pure."""

from __future__ import annotations

from bot.answering.quoting import Sentence, sentences_of
from bot.answering.sources import number_posts, source_of
from bot.answering.types import NumberedPost, Source
from bot.texts import ENGLISH, Texts
from retrieval.queries import SearchResult, Wanted

_LONGEST_QUOTE = 320  # characters


def list_posts(result: SearchResult, texts: Texts = ENGLISH) -> tuple[str, tuple[Source, ...]]:
    """Return a line for each post, in the order given, and the posts as sources."""
    posts = number_posts(result.passages, result.language)
    lines = [f"• {post.passage.best.title} [{post.number}]" for post in posts]
    sources = tuple(source_of(post.number, post, _opening(post)) for post in posts)
    return "\n".join(filter(None, [_heading(result, texts), *lines])), sources


def _heading(result: SearchResult, texts: Texts) -> str:
    """Say how many posts there are where that was asked, or where not all of them are listed."""
    listed, total = len(result.passages), result.total
    if total is None:
        return texts.none_named_so
    if total > listed:
        return texts.some_of.format(total=total, listed=listed)
    if result.wanted is Wanted.COUNT:
        return texts.one_post if total == 1 else texts.posts.format(total=total)
    return ""


def _opening(post: NumberedPost) -> Sentence:
    """Return the first whole sentence of a post, or its first words if it has none."""
    best = post.passage.best
    beginning = Sentence(best.text[:_LONGEST_QUOTE].strip(), post.number, best, 0.0)
    return next(iter(sentences_of([post])), beginning)
