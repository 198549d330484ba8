"""The posts of the blog as a list: by topic, tag and year, and those related to one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from retrieval.catalogue import Catalogue
from retrieval.documents import IndexedPost
from retrieval.errors import NoIndex
from retrieval.queries import DateRange, Order, Query, Wanted
from retrieval.searching import Searcher

_MOST = 10
_OFFERED = 25  # choices that Discord shows


@dataclass(frozen=True, slots=True)
class PostLink:
    """A post as a line of a list."""

    title: str
    url: str
    date: date | None


class Archive:
    """Lists posts of the serving index. All methods raise RetrievalError."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    async def posts(
        self, *, topic: str | None = None, tag: str | None = None, year: int | None = None
    ) -> list[PostLink]:
        """Return the newest posts of which all holds that is given, at most ten."""
        dates = DateRange(date(year, 1, 1), date(year, 12, 31)) if year else None
        catalogue = await self._catalogue()
        if topic:
            query = Query(topic, dates=dates, strict=dates is not None, wanted=Wanted.LIST)
            found = await self._searcher.search(query, limit=100)
            names = [] if found.loosened else [one.best.post for one in found.passages]
            posts = [catalogue.posts[name] for name in names if name in catalogue.posts]
        else:
            posts = catalogue.select(dates, Order.NEWEST)
        wanted = [post for post in posts if tag is None or tag.casefold() in _tags(post)]
        return [PostLink(post.title, post.url, post.published) for post in wanted[:_MOST]]

    async def related(self, title: str, url: str) -> list[PostLink]:
        """Return the posts that are nearest to one, itself left out."""
        found = await self._searcher.search(Query(title), limit=6)
        return [
            PostLink(one.best.title, one.best.url, one.best.published)
            for one in found.passages
            if one.best.url != url
        ][:5]

    async def tags(self, beginning: str) -> list[str]:
        """Return the tags that begin so, the most used first."""
        counts = Counter(
            tag for post in (await self._catalogue()).posts.values() for tag in post.tags
        )
        wanted = beginning.casefold()
        return [tag for tag, _ in counts.most_common() if tag.casefold().startswith(wanted)][
            :_OFFERED
        ]

    async def topics(self, words: str) -> list[str]:
        """Return titles of posts that hold the words, the newest first."""
        posts = (await self._catalogue()).select(None, Order.NEWEST)
        wanted = words.casefold()
        return [post.title for post in posts if wanted in post.title.casefold()][:_OFFERED]

    async def years(self) -> list[int]:
        """Return the years in which posts were published, the last first."""
        posts = (await self._catalogue()).posts.values()
        return sorted({post.published.year for post in posts if post.published}, reverse=True)

    async def _catalogue(self) -> Catalogue:
        catalogue = await self._searcher.catalogue()
        if catalogue is None:
            raise NoIndex("Nothing has been indexed yet; run askben index, or /reindex in Discord")
        return catalogue


def _tags(post: IndexedPost) -> set[str]:
    return {tag.casefold() for tag in post.tags}
