"""Searches one index: asks the embedder and the store once each, and ranks what they say."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from retrieval.answerability import answerability, evidence_of
from retrieval.catalogue import Catalogue, in_order
from retrieval.documents import Calibration, EmbeddedText
from retrieval.embedding import Embedder
from retrieval.queries import DateRange, Event, Order, Passage, Query, SearchResult, Wanted
from retrieval.ranking import RankedPost, about_as_good, rank
from retrieval.stores import Index

_CANDIDATES = 140  # chunks asked of each of the two searches; 200 find no more
_LONGEST_REST = 6  # chunks that a block which was cut may bring along
_DEFAULT_COUNT = 5  # of a question such as "what's new?"


class IndexSearch:
    """Searches of one index."""

    def __init__(
        self,
        index: Index,
        catalogue: Catalogue,
        embedder: Embedder,
        calibration: Calibration,
        *,
        by_meaning: bool = True,
    ) -> None:
        self._index = index
        self._by_meaning = by_meaning
        self._catalogue = catalogue
        self._embedder = embedder
        self._calibration = calibration
        self._language = index.info.fingerprint.language

    def by_words_alone(self) -> IndexSearch:
        """Return a search of an index whose vectors are those of another model."""
        calibration = replace(self._calibration, trust=0.0)
        return IndexSearch(
            self._index, self._catalogue, self._embedder, calibration, by_meaning=False
        )

    async def dated(self, query: Query) -> Query:
        """Return the query with the dates that its event or its busiest time stand for."""
        if query.busiest:
            dates = self._catalogue.busiest(query.busiest, query.dates)
            return replace(query, dates=dates, busiest=None)
        if query.event:
            return replace(query, dates=await self._dates_of(query.event), event=None)
        return query

    async def by_topic(self, query: Query, limit: int) -> SearchResult:
        """Return the posts that answer, those of the wanted time and in the wanted order."""
        embedded = await self._embedder.embed_question(query.text, self._language, query.context)
        only = query.dates if query.strict else None
        ranked = await self._rank(embedded, only, None if query.strict else query.dates)
        loosened = only is not None and not ranked
        if loosened:
            ranked = await self._rank(embedded)
        best_first, total = ranked, None
        if query.wanted is not Wanted.ANSWER:
            ranked, total = await self._about(ranked, query)
        elif query.order is not None:
            about = self._in_order(about_as_good(ranked), query.order)
            ranked = about + [post for post in ranked if post not in about]
        passages = await self._passages(ranked[: min(limit, query.count or limit)])
        likely = 0.0
        if passages and not loosened:
            likely = await self._answerability(query, embedded, best_first, passages[0])
        return SearchResult(
            passages=passages,
            answerability=likely,
            answerable=likely >= self._calibration.answerable_from and not loosened,
            trust=self._calibration.trust,
            language=self._language,
            loosened=loosened,
            wanted=query.wanted,
            total=total,
            answerable_from=self._calibration.answerable_from,
        )

    async def by_date(self, query: Query, limit: int) -> SearchResult:
        """Return the beginnings of the posts of a time, or of all of them."""
        posts = self._catalogue.select(query.dates, query.order)
        total = len(posts)
        if query.dates is not None and not total:
            posts = self._catalogue.nearest_in_time(query.dates, _DEFAULT_COUNT)
        if query.order is Order.RANDOM:
            posts = random.sample(posts, len(posts))
        if query.count is not None or (query.dates is None and query.wanted is Wanted.LIST):
            posts = posts[: query.count or _DEFAULT_COUNT]
        ranked = [
            RankedPost(post.post, 1.0 - number / len(posts), {post.chunk_ids[0]: 0.0})
            for number, post in enumerate(posts)
        ]
        return SearchResult(
            passages=await self._passages(ranked[:limit]),
            answerability=float(total > 0),
            answerable=total > 0,
            trust=self._calibration.trust,
            language=self._language,
            loosened=not total,
            wanted=query.wanted,
            total=total,
        )

    async def answerability_of(self, text: str, embedded: EmbeddedText) -> float:
        """Return how likely the posts answer a question that stands alone and names no time."""
        ranked = await self._rank(embedded)
        (passage,) = await self._passages(ranked[:1])
        return await self._answerability(Query(text), embedded, ranked, passage)

    async def _rank(
        self,
        embedded: EmbeddedText,
        only: DateRange | None = None,
        preferred: DateRange | None = None,
    ) -> list[RankedPost]:
        if not self._by_meaning:
            embedded = replace(embedded, dense=embedded.dense[:0])
        hits = await self._index.search(embedded, limit=_CANDIDATES, dates=only)
        trust = self._calibration.trust
        return rank(hits, embedded.sparse, self._catalogue, trust=trust, preferred=preferred)

    async def _answerability(
        self, query: Query, embedded: EmbeddedText, ranked: Sequence[RankedPost], passage: Passage
    ) -> float:
        said = " ".join(chunk.searched_words for chunk in passage.chunks)
        evidence = evidence_of(
            ranked,
            asked=frozenset(embedded.sparse.indices),
            said=self._embedder.words_of(said, self._language),
            strangeness=await self._embedder.strangeness(query.whole_text, self._language),
            catalogue=self._catalogue,
            goes_on=bool(query.context),
        )
        return answerability(evidence, self._calibration.trust)

    async def _about(
        self, ranked: Sequence[RankedPost], query: Query
    ) -> tuple[list[RankedPost], int | None]:
        """Return the posts that say the topic in their title or tags, and how many those are.

        If there are none, return those that come nearest, and no number.
        """
        posts = self._catalogue.select(query.dates, None)
        names = [f"{post.title} {' '.join(post.tags)}" for post in posts]
        words, *named = await self._embedder.words_of_each([query.text, *names], self._language)
        by_name = {post.post: post for post in ranked}
        about = [
            by_name.get(post.post) or RankedPost(post.post, 0.0, {post.chunk_ids[0]: 0.0})
            for post, said in zip(posts, named, strict=True)
            if words and words <= said
        ]
        found = about or (about_as_good(ranked) if ranked else [])
        return self._in_order(found, query.order or Order.NEWEST), len(about) or None

    async def _dates_of(self, event: Event) -> DateRange | None:
        """Return the time before or after the post that tells of an event best."""
        ranked = await self._rank(await self._embedder.embed_question(event.text, self._language))
        day = self._catalogue.posts[ranked[0].post].published if ranked else None
        if day is None:
            return None
        if event.relation in {"before", "until"}:
            return DateRange(last=day - timedelta(days=event.relation == "before"))
        return DateRange(first=day + timedelta(days=event.relation == "after"))

    def _in_order(self, ranked: Sequence[RankedPost], order: Order) -> list[RankedPost]:
        if order is Order.RANDOM:
            return random.sample(ranked, len(ranked))
        by_name = {post.post: post for post in ranked}
        posts = in_order([self._catalogue.posts[name] for name in by_name], order)
        return [by_name[post.post] for post in posts]

    async def _passages(self, ranked: Sequence[RankedPost]) -> tuple[Passage, ...]:
        telling = {post.post: post.telling() for post in ranked}
        wanted = {name: self._whole_blocks(name, chunk_ids) for name, chunk_ids in telling.items()}
        found = await self._index.chunks([one for ids in wanted.values() for one in ids])
        by_id = {chunk.id: chunk for chunk in found}
        return tuple(
            Passage(
                chunks=tuple(by_id[chunk_id] for chunk_id in wanted[post.post]),
                cosines=tuple(post.cosine_of(chunk_id) for chunk_id in wanted[post.post]),
                best=by_id[telling[post.post][0]],
                score=post.score,
            )
            for post in ranked
        )

    def _whole_blocks(self, name: str, chunk_ids: Sequence[str]) -> list[str]:
        """Return chunks of a post in reading order, with the rest of blocks that were cut."""
        post = self._catalogue.posts[name]
        wanted: set[int] = set()
        for chunk_id in chunk_ids:
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
