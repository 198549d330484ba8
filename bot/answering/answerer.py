"""One question to one answer: search, ask the LLM, check what it says, or quote the posts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial

from bot.answering.ahead import Ahead
from bot.answering.cache import AnswerCache, Key, key_of
from bot.answering.citations import cited_sentences, renumber
from bot.answering.deadline import Deadline
from bot.answering.evidence import Evidence
from bot.answering.gate import WordsOf
from bot.answering.joining import Joining
from bot.answering.listing import list_posts
from bot.answering.prompt import make_messages
from bot.answering.quoter import Quoter
from bot.answering.quoting import quoted_line
from bot.answering.reading import read_query
from bot.answering.rewriter import rewritten
from bot.answering.sources import in_order, number_posts, source_about, source_of
from bot.answering.types import Answer, Draft, NumberedPost, Outcome, Question, Source, Timings
from bot.answering.writing import Writing
from bot.errors import LLMError, LLMTooSlow
from bot.llm import LLM, MOST_TOKENS, Piece
from bot.texts import texts_for
from retrieval.embedding import Embedder
from retrieval.errors import StoreError
from retrieval.queries import Order, SearchResult, Wanted
from retrieval.searching import Searcher

_POSTS = 5  # handed to the LLM
_LISTED_POSTS = 25
_NEAREST_POSTS = 3  # named when there is no answer
_NO_CITATION = "The LLM answered without citing a post"
_TEMPLATE = 200  # tokens that a chat template may add to the prompt

_log = logging.getLogger(__name__)

Watch = Callable[[Question, AsyncGenerator[Draft | Answer]], AsyncGenerator[Draft | Answer]]


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
        rewrite: bool = False,
        watch: Watch = lambda _, events: events,
    ) -> None:
        """Take the parts it works with. `deadline` is in seconds from the question.

        `author` may be empty. With `rewrite`, the LLM makes follow-ups stand alone. `watch` sees
        every question and the events of its answer, and hands them on.
        """
        self._searcher = searcher
        self._embedder = embedder
        self._llm = llm
        self._author = author
        self._seconds = deadline
        self._rewriter = llm if rewrite else None
        self._quoter = Quoter(embedder)
        self._cache = AnswerCache()
        self._joining = Joining(lambda asked: watch(asked, self._answer(asked)))

    def answer(self, question: Question) -> AsyncGenerator[Draft | Answer]:
        """Yield drafts as the text arrives and at last one Answer.

        Raises RetrievalError when nothing can be searched; a failing LLM raises nothing.
        """
        return self._joining.answer(question)

    async def _answer(self, question: Question) -> AsyncGenerator[Draft | Answer]:
        deadline = Deadline(asyncio.get_running_loop().time(), self._seconds)
        clock = _Clock(deadline.started)
        try:
            async with asyncio.timeout_at(deadline.search_until):
                key = await self._key_of(question)
                known = self._cache.get(key) if key else None
                if known is None:
                    found = await self._find(question, deadline)
        except TimeoutError as error:
            raise StoreError(
                "The search did not end in time; askben doctor says what it waits for"
            ) from error
        clock.retrieved()
        if known is not None:
            yield replace(known, timings=clock.timings())
            return
        async with aclosing(self._events(found, deadline, clock)) as events:
            async for event in events:
                worth = found.order is not Order.RANDOM and not question.quick
                if key and worth and isinstance(event, Answer):
                    self._cache.put(key, event)
                yield event

    async def _key_of(self, question: Question) -> Key | None:
        info = await self._searcher.index_info()
        return key_of(question, info) if info else None

    async def _find(self, question: Question, deadline: Deadline) -> _Found:
        asked = question
        if self._rewriter and not question.quick:
            asked = await rewritten(self._rewriter, question, deadline)
        query = read_query(asked)
        listed = query.wanted is not Wanted.ANSWER or not query.text
        result = await self._searcher.search(
            query,
            limit=_LISTED_POSTS if listed else _POSTS,
            rerank_until=deadline.rerank_until,
        )
        words_of = partial(self._embedder.words_of, language=result.language)
        return _Found(question, asked, result, words_of, query.order)

    async def _events(
        self, found: _Found, deadline: Deadline, clock: _Clock
    ) -> AsyncGenerator[Draft | Answer]:
        if not found.result.answerable:
            yield self._refuse(found, clock)
        elif found.result.wanted is not Wanted.ANSWER:
            text, sources = list_posts(found.result, found.texts)
            yield Answer(text, Outcome.ANSWERED, sources, clock.timings())
        elif self._llm is None or found.question.quick:
            yield await self._quote(found, deadline, clock)
        else:
            async with aclosing(self._ask(self._llm, found, deadline, clock)) as events:
                async for event in events:
                    yield event

    async def _ask(
        self, llm: LLM, found: _Found, deadline: Deadline, clock: _Clock
    ) -> AsyncGenerator[Draft | Answer]:
        """Yield the LLM's drafts and its answer, or a quoted one that says what its trouble is.

        Where no word has come by half of the time, the quoted answer is shown, and the LLM's takes
        its place only when it is there as a whole.
        """
        posts = found.posts[: deadline.posts(_POSTS, clock.now())]
        # Reading the words of the passages takes some 20 ms, and others are answered meanwhile.
        evidence = await asyncio.to_thread(
            Evidence, found.question.text, posts, found.words_of, self._embedder, found.result
        )
        numbers = [post.number for post in posts]
        writing = Writing(numbers, evidence.proves, found.texts.shortened)
        quoted: Answer | None = None
        trouble: str | None = None
        pieces = self._pieces(llm, found, posts, deadline, clock)
        async with aclosing(Ahead(pieces)) as ahead:
            try:
                if not await ahead.arrived_by(deadline.first_token_by):
                    quoted = await self._quote(found, deadline, clock)
                    yield Draft(quoted.text)
                while (piece := await ahead.next()) is not None:
                    clock.token_came()
                    writing.add(piece.text, cut=piece.cut)
                    await evidence.weigh(writing.text, finished=False)
                    shown = writing.draft()
                    if shown and quoted is None:
                        yield Draft(shown)
            except LLMTooSlow as error:
                writing.break_off()
                trouble = str(error)
            except LLMError as error:
                trouble = str(error)
                writing.discard()
        if trouble is None and writing.says_that_there_is_none:
            yield self._refuse(found, clock)
            return
        with suppress(TimeoutError):  # what is not weighed by then has to be earned by its words
            async with asyncio.timeout_at(deadline.end):
                await evidence.weigh(writing.text)
        text, order = writing.finished()
        if order:
            sources = await asyncio.to_thread(self._sources, found, text, order)
            yield Answer(text, Outcome.ANSWERED, sources, clock.timings(), trouble)
            return
        trouble = trouble or _NO_CITATION
        _log.warning("Quoting instead of answering: %s", trouble)
        quoted = quoted or await self._quote(found, deadline, clock)
        yield replace(quoted, trouble=trouble, timings=clock.timings())

    async def _pieces(
        self,
        llm: LLM,
        found: _Found,
        posts: Sequence[NumberedPost],
        deadline: Deadline,
        clock: _Clock,
    ) -> AsyncGenerator[Piece]:
        context = await llm.context_length()
        tokens = deadline.tokens(min(MOST_TOKENS, context // 4), clock.now())
        messages = make_messages(
            found.question, posts, author=self._author, tokens=context - tokens - _TEMPLATE
        )
        stream = llm.stream(messages, end_by=deadline.write_until, max_tokens=tokens)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                yield piece

    def _sources(self, found: _Found, text: str, order: Sequence[int]) -> tuple[Source, ...]:
        return tuple(
            source_about(n, post, _sentences_that_cite(text, n), found.words_of)
            for n, post in enumerate(in_order(found.posts, order), 1)
        )

    async def _quote(self, found: _Found, deadline: Deadline, clock: _Clock) -> Answer:
        """Answer in the words of the posts."""
        chosen = await self._quoter.choose(found.asked, found.result, found.posts, deadline.end)
        if not chosen:  # nothing that is sure to answer, or only code and headings
            return self._refuse(found, clock)
        text, order = renumber(
            "\n".join(map(quoted_line, chosen)), [post.number for post in found.posts]
        )
        sources = [
            source_of(n, post, next(one for one in chosen if one.number == post.number))
            for n, post in enumerate(in_order(found.posts, order), 1)
        ]
        return Answer(text, Outcome.QUOTED, tuple(sources), clock.timings())

    def _refuse(self, found: _Found, clock: _Clock) -> Answer:
        """Say that there is no answer, and which posts come nearest."""
        nearest = found.posts[:_NEAREST_POSTS]
        texts = found.texts
        said = texts.no_post_of_that_time if found.result.loosened else texts.no_answer
        blog = texts.the_blog_of.format(author=self._author) if self._author else texts.the_blog
        text = said.format(blog=blog)
        if nearest:
            text += f" {texts.nearest_below}"
        sources = [
            source_about(n, post, found.question.text, found.words_of)
            for n, post in enumerate(nearest, 1)
        ]
        return Answer(text, Outcome.REFUSED, tuple(sources), clock.timings())


class _Found:
    """A question, how it was searched for, and what was found."""

    def __init__(
        self,
        question: Question,
        asked: Question,
        result: SearchResult,
        words_of: WordsOf,
        order: Order | None,
    ) -> None:
        self.question = question
        self.asked = asked
        self.result = result
        self.words_of = words_of
        self.order = order
        self.texts = texts_for(question.text, question.locale)
        self.posts = number_posts(result.passages[:_POSTS], result.language)


class _Clock:
    """Measures one answer."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._retrieve_ms = 0.0
        self._first_token_ms: float | None = None

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def retrieved(self) -> None:
        self._retrieve_ms = self._elapsed_ms()

    def token_came(self) -> None:
        if self._first_token_ms is None:
            self._first_token_ms = self._elapsed_ms()

    def timings(self) -> Timings:
        return Timings(self._retrieve_ms, self._first_token_ms, self._elapsed_ms())

    def _elapsed_ms(self) -> float:
        return round((self.now() - self._started) * 1000, 1)


def _sentences_that_cite(text: str, n: int) -> str:
    return " ".join(sentence for sentence, numbers in cited_sentences(text) if n in numbers)
