"""Turns found posts into the sources of an answer: numbered, quoted and linked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.citations import deep_link
from bot.answering.gate import WordsOf
from bot.answering.quoting import Sentence, best_sentence
from bot.answering.types import NumberedPost, Source
from retrieval.queries import Passage


def number_posts(passages: Sequence[Passage], language: str) -> list[NumberedPost]:
    """Return posts with numbers from 1, in their order; `language` is that of most of the blog."""
    return [
        NumberedPost(number, passage, passage.best.language or language)
        for number, passage in enumerate(passages, 1)
    ]


def in_order(posts: Sequence[NumberedPost], numbers: Sequence[int]) -> list[NumberedPost]:
    """Return the posts with these numbers, in the order of the numbers."""
    by_number = {post.number: post for post in posts}
    return [by_number[number] for number in numbers]


def source_of(n: int, post: NumberedPost, sentence: Sentence) -> Source:
    """Return a post as the source `n` of an answer, with a sentence of it."""
    chunk = sentence.chunk
    return Source(
        n=n,
        title=chunk.title,
        url=chunk.url,
        link=deep_link(chunk.url, anchor=chunk.anchor, quote=sentence.text),
        date=chunk.published,
        quote=sentence.text,
        passage=post.passage,
        cover=chunk.cover,
    )


def source_about(n: int, post: NumberedPost, about: str, words_of: WordsOf) -> Source:
    """Return a post as a source, with the sentence that shares most words with a text."""
    return source_of(n, post, best_sentence(post, words_of(about), words_of))
