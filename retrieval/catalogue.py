"""What is known of a whole index without its text: posts, their dates, how rare each word is."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from retrieval.documents import IndexedPost
from retrieval.queries import DateRange, Order


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """What a store hands over of a chunk for the catalogue; `size` is in characters."""

    chunk_id: str
    post: str
    page_digest: str
    url: str
    title: str
    published: date | None
    tags: tuple[str, ...]
    position: int
    continues: bool
    size: int
    words: Sequence[int]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The posts of an index by name, and in how many of its chunks each word stands.

    `post_of` names the post of each chunk. Words are numbers, as in sparse vectors.
    """

    posts: Mapping[str, IndexedPost] = field(default_factory=dict)
    word_counts: Mapping[int, int] = field(default_factory=dict)
    post_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def chunk_count(self) -> int:
        """How many chunks the index holds."""
        return len(self.post_of)

    def rarity(self, word: int) -> float:
        """Return how much a word says by its rarity: BM25's IDF, as the stores compute it."""
        count = self.word_counts.get(word, 0)
        return math.log1p((self.chunk_count - count + 0.5) / (count + 0.5))

    def select(self, dates: DateRange | None, order: Order | None) -> list[IndexedPost]:
        """Return the posts of a span in an order, the newest first where none is given.

        Posts without a date come last, and are left out where a span is given.
        """
        posts = [post for post in self.posts.values() if dates is None or within(post, dates)]
        return in_order(posts, order or Order.NEWEST)

    def busiest(self, unit: str, dates: DateRange | None) -> DateRange | None:
        """Return the day, the month or the year with most posts, the latest of several."""
        days = [post.published for post in self.select(dates, None) if post.published]
        if not days:
            return None
        length = {"day": 10, "month": 7, "year": 4}[unit]  # letters of an ISO date
        counts = Counter(day.isoformat()[:length] for day in days)
        most = max(counts, key=lambda name: (counts[name], name))
        of_it = [day for day in days if day.isoformat().startswith(most)]
        return DateRange(min(of_it), max(of_it))

    def nearest_in_time(self, dates: DateRange, count: int) -> list[IndexedPost]:
        """Return the posts that were published closest to a span, for one that holds none."""
        dated = [post for post in self.posts.values() if post.published]
        return sorted(dated, key=lambda post: _days_outside(post, dates))[:count]


def make_catalogue(records: Iterable[ChunkRecord]) -> Catalogue:
    """Gather a catalogue from what is known of every chunk."""
    word_counts: Counter[int] = Counter()
    by_post: defaultdict[str, list[ChunkRecord]] = defaultdict(list)
    for record in records:
        word_counts.update(record.words)
        # Of 100,000 chunks the words would be most of what is held.
        by_post[record.post].append(replace(record, words=()))
    posts = {post: _indexed(found) for post, found in by_post.items()}
    post_of = {chunk_id: post.post for post in posts.values() for chunk_id in post.chunk_ids}
    return Catalogue(posts, word_counts, post_of)


def within(post: IndexedPost, dates: DateRange) -> bool:
    """Tell whether a post was published in a span."""
    day = post.published
    return (
        day is not None
        and (dates.first is None or day >= dates.first)
        and (dates.last is None or day <= dates.last)
    )


def in_order(posts: Sequence[IndexedPost], order: Order) -> list[IndexedPost]:
    """Return posts in an order; those that are equal in it, or in no order, stand by name."""
    by_name = sorted(posts, key=lambda post: post.post)
    if order in {Order.LONGEST, Order.SHORTEST}:
        longest_first = sorted(by_name, key=lambda post: -post.size)
        return longest_first if order is Order.LONGEST else longest_first[::-1]
    if order is Order.RANDOM:
        return by_name
    dated = [post for post in by_name if post.published]
    sign = -1 if order is Order.NEWEST else 1
    dated.sort(key=lambda post: sign * (post.published or date.min).toordinal())
    return [*dated, *(post for post in by_name if not post.published)]


def _days_outside(post: IndexedPost, dates: DateRange) -> int:
    day = post.published or date.min
    before = (dates.first - day).days if dates.first else 0
    after = (day - dates.last).days if dates.last else 0
    return max(before, after, 0)


def _indexed(records: Sequence[ChunkRecord]) -> IndexedPost:
    any_one = records[0]
    return IndexedPost(
        post=any_one.post,
        digest=any_one.page_digest,
        url=any_one.url,
        title=any_one.title,
        published=any_one.published,
        tags=any_one.tags,
        chunk_ids=tuple(one.chunk_id for one in sorted(records, key=lambda one: one.position)),
        continuing=frozenset(one.chunk_id for one in records if one.continues),
        size=sum(one.size for one in records),
    )
