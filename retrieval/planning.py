"""Decides what a reindex has to do, from what the index holds and what the sources hold now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.documents import FailedPage, IndexedPost, LeftOutPage
from retrieval.errors import SourceError

_MOST_LOST = 0.2  # share of the posts that a reindex may remove without being told to
_FEWEST_LOST = 3  # of a small blog, a post or two may go


@dataclass(frozen=True, slots=True)
class UnchangedPage:
    """A page that is as it was when it was indexed."""

    post: str


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """A chunk as a plan needs it; `at` and `size` say where all of it is kept meanwhile."""

    id: str
    headings: tuple[str, ...]
    at: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class ChunkedPage:
    """A page that is new or has changed, cut into chunks."""

    post: str
    chunks: tuple[PlannedChunk, ...]


ReadPage = UnchangedPage | ChunkedPage | FailedPage | LeftOutPage


@dataclass(frozen=True, slots=True)
class Changes:
    """What a plan means for the posts: the new, the changed and the removed ones.

    `sections` counts those that are new or other words now, in the changed posts.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    sections: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to keep, to embed and to drop. `kept` takes over ids, with `fresh` facts for some.

    Whatever `embed`, `kept` and `dropped` say, `posts` and `chunks` count the index afterwards.
    """

    kept: tuple[str, ...]
    fresh: tuple[PlannedChunk, ...]
    embed: tuple[PlannedChunk, ...]
    dropped: tuple[str, ...]
    posts: int
    changes: Changes

    @property
    def chunks(self) -> int:
        """How many chunks the index has when the plan is carried out."""
        return len(self.kept) + len(self.embed)

    @property
    def changes_nothing(self) -> bool:
        """Whether the serving index is already what the plan would make."""
        return not (self.fresh or self.embed or self.dropped)


def make_plan(
    indexed: Mapping[str, IndexedPost], pages: Iterable[ReadPage], *, complete: bool = True
) -> Plan:
    """Compare what the index holds with the pages as they are now.

    A page that failed keeps what was indexed of it. What no page accounts for is dropped, unless
    the pages are not `complete`, for a source could not be read.
    """
    pages = list(pages)
    if not complete:
        named = {page.post for page in pages}
        pages += [UnchangedPage(post) for post in indexed if post not in named]
    kept: list[str] = []
    fresh: list[PlannedChunk] = []
    embed: list[PlannedChunk] = []
    posts: set[str] = set()
    added: list[str] = []
    changed: list[str] = []
    sections = 0
    known = {chunk_id for post in indexed.values() for chunk_id in post.chunk_ids}
    for page in pages:
        if isinstance(page, ChunkedPage):
            fresh += [chunk for chunk in page.chunks if chunk.id in known]
            embed += [chunk for chunk in page.chunks if chunk.id not in known]
            if page.chunks:
                posts.add(page.post)
                if page.post not in indexed:
                    added.append(page.post)
                elif {chunk.id for chunk in page.chunks} != set(indexed[page.post].chunk_ids):
                    changed.append(page.post)
                    new = {chunk.headings for chunk in page.chunks if chunk.id not in known}
                    sections += len(new)
        elif not isinstance(page, LeftOutPage) and page.post in indexed:
            kept += indexed[page.post].chunk_ids
            posts.add(page.post)
    kept += [chunk.id for chunk in fresh]
    dropped = known.difference(kept)
    removed = sorted(post for post in indexed if post not in posts)
    return Plan(
        kept=tuple(kept),
        fresh=tuple(fresh),
        embed=tuple(embed),
        dropped=tuple(sorted(dropped)),
        posts=len(posts),
        changes=Changes(tuple(added), tuple(changed), tuple(removed), sections),
    )


def too_great_a_loss(plan: Plan, before: Collection[str]) -> str | None:
    """Return how many posts a reindex would lose, if so many are likelier a mistake."""
    removed = len(plan.changes.removed)
    if removed < _FEWEST_LOST or removed <= _MOST_LOST * len(before):
        return None
    first = plan.changes.removed[0]
    return f"{removed} of the {len(before)} posts would be removed, such as {first}"


def require_posts(plan: Plan, pages: Sequence[ReadPage]) -> None:
    """Raise SourceError, with the reasons of some pages, where a plan leaves no posts at all."""
    if plan.posts:
        return
    reasons = [
        f"{page.post} {page.why}" for page in pages if isinstance(page, FailedPage | LeftOutPage)
    ]
    raise SourceError(f"None of the pages can be indexed: {'; '.join(reasons[:3])}")
