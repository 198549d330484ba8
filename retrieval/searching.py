"""From a query to passages, one a post: asks the embedder and the store once each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from retrieval.catalogue import Catalogue, in_order
from retrieval.embedding import Embedder
from retrieval.errors import NoIndex
from retrieval.queries import DateRange, Event, Hits, Order, Passage, Query, SearchResult
from retrieval.ranking import RankedPost, about_as_good, rank, strangest_missing_word
from retrieval.stores import Index, Store

_CANDIDATES = 200  # chunks asked of each of the two searches
_CHUNKS_PER_PASSAGE = 3
_LONGEST_REST = 6  # chunks that a block which was cut may bring along
_DEFAULT_COUNT = 5  # of a question such as "what's new?"
# How much a word counts against an answer that stands nowhere in the blog: the name of what the
# question is about, perhaps. Measured, see benchmarks/README.md.
_MISSING_WORD = 0.2


class Searcher:
    """Searches the serving index, whichever that is."""

    def __init__(self, *, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    async def search(self, query: Query, *, limit: int = 10) -> SearchResult:
        """Return the passages of at most `limit` posts.

        Raises NoIndex, StoreError and EmbeddingModelError.
        """
        index = await self._store.serving()
        if index is None:
            raise NoIndex("Nothing has been indexed yet; run askben index, or /reindex in Discord")
        search = _Search(index, await index.catalogue(), self._embedder, limit)
        query = await search.dated(query)
        return await (search.by_topic(query) if query.text else search.by_date(query))


class _Search:
    """One search of one index."""

    def __init__(self, index: Index, catalogue: Catalogue, embedder: Embedder, limit: int) -> None:
        self._index = index
        self._catalogue = catalogue
        self._embedder = embedder
        self._language = index.info.fingerprint.language
        self._limit = limit

    async def dated(self, query: Query) -> Query:
        """Return the query with the dates that its event or its busiest time stand for."""
        if query.busiest:
            dates = self._catalogue.busiest(query.busiest, query.dates)
            return replace(query, dates=dates, busiest=None)
        if query.event:
            return replace(query, dates=await self._dates_of(query.event), event=None)
        return query

    async def by_topic(self, query: Query) -> SearchResult:
        """Return the posts that answer, those of the wanted time and in the wanted order."""
        embedded = await self._embedder.embed_question(query.text, self._language)
        only = query.dates if query.strict else None
        hits = await self._index.search(embedded, limit=_CANDIDATES, dates=only)
        loosened = only is not None and not hits.dense
        if loosened:
            hits = await self._index.search(embedded, limit=_CANDIDATES)
        preferred = None if query.strict else query.dates
        ranked = rank(hits, embedded.sparse, self._catalogue, preferred=preferred)
        if query.order is not None:
            ranked = self._in_wanted_order(ranked, query)
        return SearchResult(
            passages=await self._passages(ranked[: self._limit]),
            answerability=0.0 if loosened else await self._answerability(query.text, hits),
            language=self._language,
            loosened=loosened,
        )

    async def by_date(self, query: Query) -> SearchResult:
        """Return the beginnings of the posts of a time, or of all of them."""
        posts = self._catalogue.select(query.dates, query.order)
        loosened = query.dates is not None and not posts
        if query.dates is not None and loosened:
            posts = self._catalogue.nearest_in_time(query.dates, _DEFAULT_COUNT)
        if query.order is Order.RANDOM:
            posts = random.sample(posts, len(posts))
        if query.dates is None or query.count is not None:
            posts = posts[: query.count or _DEFAULT_COUNT]
        ranked = [
            RankedPost(post.post, 1.0 - number / len(posts), post.chunk_ids[:1], (0.0,))
            for number, post in enumerate(posts[: self._limit])
        ]
        return SearchResult(
            passages=await self._passages(ranked),
            answerability=1.0 if posts and not loosened else 0.0,
            language=self._language,
            loosened=loosened,
            listed=True,
        )

    async def _answerability(self, text: str, hits: Hits) -> float:
        cosine = hits.dense[0].score if hits.dense else 0.0
        strangeness = await self._embedder.strangeness(text, self._language)
        missing = strangest_missing_word(strangeness, self._catalogue)
        return max(0.0, cosine - _MISSING_WORD * missing)

    async def _dates_of(self, event: Event) -> DateRange | None:
        """Return the time before or after the post that tells of an event best."""
        embedded = await self._embedder.embed_question(event.text, self._language)
        hits = await self._index.search(embedded, limit=_CANDIDATES)
        ranked = rank(hits, embedded.sparse, self._catalogue)
        day = self._catalogue.posts[ranked[0].post].published if ranked else None
        if day is None:
            return None
        if event.relation in {"before", "until"}:
            return DateRange(last=day - timedelta(days=event.relation == "before"))
        return DateRange(first=day + timedelta(days=event.relation == "after"))

    def _in_wanted_order(self, ranked: Sequence[RankedPost], query: Query) -> list[RankedPost]:
        """Put the posts that are about the topic first, in the order of their dates or lengths."""
        about = {post.post: post for post in about_as_good(ranked)}
        posts = [self._catalogue.posts[name] for name in about]
        wanted = [about[post.post] for post in in_order(posts, query.order or Order.NEWEST)]
        return wanted + [post for post in ranked if post.post not in about]

    async def _passages(self, ranked: Sequence[RankedPost]) -> tuple[Passage, ...]:
        wanted = {post.post: self._whole_blocks(post) for post in ranked}
        found = await self._index.chunks([one for ids in wanted.values() for one in ids])
        by_id = {chunk.id: chunk for chunk in found}
        return tuple(
            Passage(
                chunks=tuple(by_id[chunk_id] for chunk_id in wanted[post.post]),
                cosines=tuple(post.cosine_of(chunk_id) for chunk_id in wanted[post.post]),
                best=by_id[post.chunk_ids[0]],
                score=post.score,
            )
            for post in ranked
        )

    def _whole_blocks(self, ranked: RankedPost) -> list[str]:
        """Return the best chunks in reading order, with the rest of blocks that were cut."""
        post = self._catalogue.posts[ranked.post]
        wanted: set[int] = set()
        for chunk_id in ranked.chunk_ids[:_CHUNKS_PER_PASSAGE]:
            first = last = post.chunk_ids.index(chunk_id)
            while post.chunk_ids[first] in post.continuing and last - first < _LONGEST_REST:
                first -= 1
            end = first + _LONGEST_REST
            while last + 1 < len(post.chunk_ids) and last < end:
                if post.chunk_ids[last + 1] not in post.continuing:
                    break
                last += 1
            wanted.update(range(first, last + 1))
        return [post.chunk_ids[number] for number in sorted(wanted)]
