"""One question to one answer: search, ask the LLM, check its citations, or quote the posts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from bot.answering.citations import (
    cited_sentences,
    deep_link,
    renumber,
    without_unfinished_mark,
)
from bot.answering.prompt import NOT_FOUND, make_messages
from bot.answering.quoting import (
    Sentence,
    best_sentence,
    choose_quotes,
    quoted_line,
    sentences_of,
)
from bot.answering.rewriting import standalone
from bot.answering.types import (
    Answer,
    Draft,
    NumberedPost,
    Outcome,
    Question,
    Source,
    Timings,
)
from bot.errors import LLMBrokenAnswer, LLMError
from bot.llm import LLM
from retrieval.documents import Passage
from retrieval.embedding import Embedder
from retrieval.ranking import answerability, best_posts
from retrieval.searching import Searcher

_POSTS = 5  # handed to the LLM
_QUOTABLE_POSTS = 3
_PASSAGES_PER_POST = 3
_NEAREST_POSTS = 3  # named when there is no answer
# Below this cosine nothing fits. Of 100 questions about two blogs it keeps all 80 that these answer
# and refuses 4 of the 8 that are about other things (benchmarks/README.md).
_LOWEST_ANSWERABILITY = 0.30
_TIME_TO_QUOTE = 0.5  # seconds of the deadline that are kept for the quoted answer

_log = logging.getLogger(__name__)


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
    ) -> None:
        """Take the parts it works with. `deadline` is in seconds from the question."""
        self._searcher = searcher
        self._embedder = embedder
        self._llm = llm
        self._author = author
        self._deadline = deadline

    async def answer(self, question: Question) -> AsyncGenerator[Draft | Answer]:
        """Yield drafts as the text arrives and at last one Answer.

        Raises RetrievalError when nothing can be searched; a failing LLM raises nothing.
        """
        clock = _Clock()
        passages = await self._searcher.search(standalone(question))
        clock.retrieved()
        posts = _number(passages)
        if answerability(passages) < _LOWEST_ANSWERABILITY:
            yield self._refuse(question, posts, clock)
            return
        trouble = None
        if self._llm is not None:
            text = ""
            pieces = self._llm.stream(
                make_messages(question, posts, author=self._author),
                first_token_by=clock.started + self._deadline / 2,
                end_by=clock.started + self._deadline - _TIME_TO_QUOTE,
            )
            try:
                async with aclosing(pieces):
                    async for piece in pieces:
                        clock.token_came()
                        text += piece
                        if shown := _draft(text, posts):
                            yield Draft(shown)
                answer = self._finish(question, text, posts, clock)
            except LLMError as error:
                trouble = str(error)
                _log.warning("Quoting instead of answering: %s", trouble)
            else:
                yield answer
                return
        yield await self._quote(question, posts, clock, trouble)

    def _finish(
        self, question: Question, text: str, posts: Sequence[NumberedPost], clock: _Clock
    ) -> Answer:
        """Make the answer of what the LLM wrote. Raises LLMBrokenAnswer when it cites nothing."""
        if NOT_FOUND in text:
            return self._refuse(question, posts, clock)
        shown, order = renumber(text, [post.number for post in posts])
        if not order:
            raise LLMBrokenAnswer("The LLM answered without citing a post")
        cited = _posts_in_order(posts, order)
        sources = [
            self._source_about(n, post, _sentences_that_cite(shown, n) or question.text)
            for n, post in enumerate(cited, 1)
        ]
        return Answer(shown, Outcome.ANSWERED, tuple(sources), clock.timings())

    async def _quote(
        self,
        question: Question,
        posts: Sequence[NumberedPost],
        clock: _Clock,
        trouble: str | None,
    ) -> Answer:
        """Answer in the words of the posts."""
        sentences = sentences_of(posts[:_QUOTABLE_POSTS])
        asked = await self._embedder.embed_question(standalone(question))
        embedded = await self._embedder.embed_texts([sentence.text for sentence in sentences])
        chosen = choose_quotes(asked, sentences, embedded)
        if not chosen:  # there is only code, or there are only headings
            return self._refuse(question, posts, clock, trouble)
        text, order = renumber("\n".join(map(quoted_line, chosen)), [post.number for post in posts])
        sources = [
            _source(n, post, next(one for one in chosen if one.number == post.number))
            for n, post in enumerate(_posts_in_order(posts, order), 1)
        ]
        return Answer(text, Outcome.QUOTED, tuple(sources), clock.timings(), trouble)

    def _refuse(
        self,
        question: Question,
        posts: Sequence[NumberedPost],
        clock: _Clock,
        trouble: str | None = None,
    ) -> Answer:
        """Say that there is no answer, and which posts come nearest."""
        nearest = posts[:_NEAREST_POSTS]
        text = f"I found no answer to that in the blog of {self._author}."
        if nearest:
            text += " The nearest posts are listed below."
        sources = [self._source_about(n, post, question.text) for n, post in enumerate(nearest, 1)]
        return Answer(text, Outcome.REFUSED, tuple(sources), clock.timings(), trouble)

    def _source_about(self, n: int, post: NumberedPost, about: str) -> Source:
        """Return a post as a source, with the sentence that shares most words with `about`."""
        wanted = self._embedder.words_of(about)
        return _source(n, post, best_sentence(post, wanted, self._embedder.words_of))


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


def _number(passages: Sequence[Passage]) -> list[NumberedPost]:
    return [
        NumberedPost(number, tuple(found[:_PASSAGES_PER_POST]))
        for number, found in enumerate(best_posts(passages, _POSTS), 1)
    ]


def _draft(text: str, posts: Sequence[NumberedPost]) -> str:
    """Return what may be shown of an answer that is still being written."""
    if NOT_FOUND.startswith(text.strip()[: len(NOT_FOUND)]):
        return ""  # it may be about to say that there is no answer
    return renumber(without_unfinished_mark(text), [post.number for post in posts])[0]


def _posts_in_order(posts: Sequence[NumberedPost], order: Sequence[int]) -> list[NumberedPost]:
    by_number = {post.number: post for post in posts}
    return [by_number[number] for number in order]


def _sentences_that_cite(text: str, n: int) -> str:
    return " ".join(sentence for sentence, numbers in cited_sentences(text) if n in numbers)


def _source(n: int, post: NumberedPost, sentence: Sentence) -> Source:
    chunk = sentence.passage.chunk
    others = [passage for passage in post.passages if passage != sentence.passage]
    return Source(
        n=n,
        title=chunk.title,
        url=chunk.url,
        link=deep_link(chunk.url, anchor=chunk.anchor, quote=sentence.text),
        date=chunk.published,
        quote=sentence.text,
        passages=(sentence.passage, *others),
    )
