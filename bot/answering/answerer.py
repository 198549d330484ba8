"""One question to one answer: search, ask the LLM, check its citations, or quote the posts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial

from bot.answering.citations import cited_sentences, renumber, without_unfinished_mark
from bot.answering.listing import list_posts
from bot.answering.prompt import NOT_FOUND, make_messages
from bot.answering.quoting import choose_quotes, quoted_line, sentences_of
from bot.answering.reading import read_query
from bot.answering.rewriting import standalone
from bot.answering.sources import WordsOf, in_order, number_posts, source_about, source_of
from bot.answering.types import Answer, Draft, NumberedPost, Outcome, Question, Timings
from bot.errors import LLMBrokenAnswer, LLMError
from bot.llm import LLM
from retrieval.embedding import Embedder
from retrieval.queries import SearchResult, Wanted
from retrieval.searching import Searcher

_POSTS = 5  # handed to the LLM
_LISTED_POSTS = 25
_QUOTABLE_POSTS = 3
_NEAREST_POSTS = 3  # named when there is no answer
_TIME_TO_RERANK = 0.2  # share of the deadline that the search may take with a reranker
_TIME_TO_QUOTE = 0.5  # seconds of the deadline that are kept for the quoted answer

_log = logging.getLogger(__name__)

Watch = Callable[[AsyncGenerator[Draft | Answer]], AsyncGenerator[Draft | Answer]]


class Answerer:
    """Answers questions within a deadline, with an LLM or, where there is none, without."""

    def __init__(
        self,
        *,
        searcher: Searcher,
        embedder: Embedder,
        llm: LLM | None,
        author: str,
        deadline: float,
        watch: Watch = lambda events: events,
    ) -> None:
        """Take the parts it works with. `deadline` is in seconds from the question.

        `watch` sees the events of every answer and hands them on.
        """
        self._watch = watch
        self._searcher = searcher
        self._embedder = embedder
        self._llm = llm
        self._author = author
        self._deadline = deadline

    def answer(self, question: Question) -> AsyncGenerator[Draft | Answer]:
        """Yield drafts as the text arrives and at last one Answer.

        Raises RetrievalError when nothing can be searched; a failing LLM raises nothing.
        """
        return self._watch(self._answer(question))

    async def _answer(self, question: Question) -> AsyncGenerator[Draft | Answer]:
        clock = _Clock()
        result = await self._searcher.search(
            read_query(question),
            limit=_LISTED_POSTS,
            rerank_until=clock.started + _TIME_TO_RERANK * self._deadline,
        )
        clock.retrieved()
        found = _Found(question, result, partial(self._embedder.words_of, language=result.language))
        if not result.answerable:
            yield self._refuse(found, clock)
        elif result.wanted is not Wanted.ANSWER:
            text, sources = list_posts(result)
            yield Answer(text, Outcome.ANSWERED, sources, clock.timings())
        else:
            trouble = None
            if self._llm is not None:
                try:
                    async with aclosing(self._ask(self._llm, found, clock)) as events:
                        async for event in events:
                            yield event
                except LLMError as error:
                    trouble = str(error)
                    _log.warning("Quoting instead of answering: %s", trouble)
                else:
                    return
            yield await self._quote(found, clock, trouble)

    async def _ask(self, llm: LLM, found: _Found, clock: _Clock) -> AsyncGenerator[Draft | Answer]:
        """Yield the LLM's drafts and its answer. Raises LLMError when that is none."""
        text = ""
        pieces = llm.stream(
            make_messages(found.question, found.posts, author=self._author),
            first_token_by=clock.started + self._deadline / 2,
            end_by=clock.started + self._deadline - _TIME_TO_QUOTE,
        )
        async with aclosing(pieces):
            async for piece in pieces:
                clock.token_came()
                text += piece
                if shown := _draft(text, found.posts):
                    yield Draft(shown)
        if NOT_FOUND in text:
            yield self._refuse(found, clock)
            return
        shown, order = renumber(text, [post.number for post in found.posts])
        if not order:
            raise LLMBrokenAnswer("The LLM answered without citing a post")
        sources = [
            source_about(n, post, _sentences_that_cite(shown, n), found.words_of)
            for n, post in enumerate(in_order(found.posts, order), 1)
        ]
        yield Answer(shown, Outcome.ANSWERED, tuple(sources), clock.timings())

    async def _quote(self, found: _Found, clock: _Clock, trouble: str | None) -> Answer:
        """Answer in the words of the posts."""
        sentences = sentences_of(found.posts[:_QUOTABLE_POSTS])
        language = found.result.language
        meant = standalone(found.question)
        asked = await self._embedder.embed_question(meant.own, language, meant.context)
        texts = [sentence.text for sentence in sentences]
        embedded = await self._embedder.embed_texts(texts, language)
        chosen = choose_quotes(asked, sentences, embedded, trust=found.result.trust)
        if not chosen:  # there is only code, or there are only headings
            return self._refuse(found, clock, trouble)
        text, order = renumber(
            "\n".join(map(quoted_line, chosen)), [post.number for post in found.posts]
        )
        sources = [
            source_of(n, post, next(one for one in chosen if one.number == post.number))
            for n, post in enumerate(in_order(found.posts, order), 1)
        ]
        return Answer(text, Outcome.QUOTED, tuple(sources), clock.timings(), trouble)

    def _refuse(self, found: _Found, clock: _Clock, trouble: str | None = None) -> Answer:
        """Say that there is no answer, and which posts come nearest."""
        nearest = found.posts[:_NEAREST_POSTS]
        if found.result.loosened:
            text = f"I know of no post of that time in the blog of {self._author}."
        else:
            text = f"I found no answer to that in the blog of {self._author}."
        if nearest:
            text += " The nearest posts are listed below."
        sources = [
            source_about(n, post, found.question.text, found.words_of)
            for n, post in enumerate(nearest, 1)
        ]
        return Answer(text, Outcome.REFUSED, tuple(sources), clock.timings(), trouble)


class _Found:
    """A question with what the search found for it."""

    def __init__(self, question: Question, result: SearchResult, words_of: WordsOf) -> None:
        self.question = question
        self.result = result
        self.words_of = words_of
        self.posts = number_posts(result.passages[:_POSTS], result.language)


class _Clock:
    """Measures one answer."""

    def __init__(self) -> None:
        self.started = asyncio.get_running_loop().time()
        self._retrieve_ms = 0.0
        self._first_token_ms: float | None = None

    def retrieved(self) -> None:
        self._retrieve_ms = self._elapsed_ms()

    def token_came(self) -> None:
        if self._first_token_ms is None:
            self._first_token_ms = self._elapsed_ms()

    def timings(self) -> Timings:
        return Timings(self._retrieve_ms, self._first_token_ms, self._elapsed_ms())

    def _elapsed_ms(self) -> float:
        return round((asyncio.get_running_loop().time() - self.started) * 1000, 1)


def _draft(text: str, posts: Sequence[NumberedPost]) -> str:
    """Return what may be shown of an answer that is still being written."""
    if NOT_FOUND.startswith(text.strip()[: len(NOT_FOUND)]):
        return ""  # it may be about to say that there is no answer
    return renumber(without_unfinished_mark(text), [post.number for post in posts])[0]


def _sentences_that_cite(text: str, n: int) -> str:
    return " ".join(sentence for sentence, numbers in cited_sentences(text) if n in numbers)
