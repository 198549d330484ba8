"""A plan keeps what is known, embeds what is new and drops what no page accounts for."""

from __future__ import annotations

from retrieval.documents import FailedPage, LeftOutPage
from retrieval.planning import ChunkedPage, PlannedChunk, UnchangedPage, make_plan
from tests.builders import a_chunk, an_indexed_post

OLD, NEW = (PlannedChunk(a_chunk(text).id, ()) for text in ("Old.", "New."))
INDEXED = {"post.md": an_indexed_post(a_chunk("Old."))}


def test_a_first_index_embeds_everything() -> None:
    plan = make_plan({}, [ChunkedPage("post.md", (OLD, NEW))])
    assert plan.embed == (OLD, NEW)
    assert (plan.posts, plan.chunks, plan.kept, plan.dropped) == (1, 2, (), ())


def test_an_unchanged_page_changes_nothing() -> None:
    plan = make_plan(INDEXED, [UnchangedPage("post.md")])
    assert plan.changes_nothing
    assert (plan.kept, plan.posts) == ((OLD.id,), 1)


def test_of_a_changed_page_only_the_new_chunks_are_embedded() -> None:
    plan = make_plan(INDEXED, [ChunkedPage("post.md", (OLD, NEW))])
    assert (plan.kept, plan.fresh, plan.embed, plan.dropped) == ((OLD.id,), (OLD,), (NEW,), ())


def test_a_page_that_is_gone_is_dropped() -> None:
    plan = make_plan(INDEXED, [ChunkedPage("other.md", (NEW,))])
    assert plan.dropped == (OLD.id,)


def test_a_page_that_became_a_draft_is_dropped() -> None:
    plan = make_plan(INDEXED, [LeftOutPage("post.md", "is a draft")])
    assert (plan.dropped, plan.posts) == ((OLD.id,), 0)


def test_a_page_that_failed_keeps_what_was_indexed_of_it() -> None:
    plan = make_plan(INDEXED, [FailedPage("post.md", "cannot be read")])
    assert plan.changes_nothing
    assert (plan.kept, plan.dropped, plan.posts) == ((OLD.id,), (), 1)


def test_a_page_that_always_failed_counts_for_nothing() -> None:
    plan = make_plan(INDEXED, [UnchangedPage("post.md"), FailedPage("new.md", "is broken")])
    assert (plan.posts, plan.chunks) == (1, 1)
