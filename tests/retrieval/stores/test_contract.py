"""What every store promises, tried on each of them with the same tests.

A real Qdrant server joins in where ASKBEN_TEST_QDRANT_URL names one; askBen's collections there
are deleted.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from retrieval.documents import Calibration, Chunk, EmbeddedChunk, IndexInfo
from retrieval.errors import NoIndex, StoreError
from retrieval.queries import DateRange
from retrieval.stores import Index, Store
from retrieval.stores.embedded import EmbeddedStore
from retrieval.stores.server import ServerStore
from tests.builders import (
    DIMENSION,
    a_chunk,
    an_embedded_chunk,
    an_embedded_text,
    an_index_info,
    an_indexed_post,
)

QDRANT_URL = os.environ.get("ASKBEN_TEST_QDRANT_URL")
OLD = a_chunk("Old bread.", post="old.md", published=date(2020, 1, 31), position=0)
NEW = a_chunk("New bread.", post="new.md", published=date(2024, 5, 17), position=0)
MORE = a_chunk("More of it.", post="new.md", published=date(2024, 5, 17), position=1)
UNDATED = a_chunk("Some day.", post="undated.md", published=None)


def info(chunks: int) -> IndexInfo:
    return an_index_info(chunks=chunks)


async def fill(store: Store, *chunks: EmbeddedChunk) -> None:
    async with store.build(dimension=DIMENSION) as build:
        await build.add(chunks)
        await build.swap(info(len(chunks)))


async def serving(store: Store) -> Index:
    index = await store.serving()
    assert index is not None
    return index


async def ids_of(store: Store) -> set[str]:
    return set((await (await serving(store)).catalogue()).post_of)


@pytest.fixture(params=["embedded", "server in memory", *(["server"] if QDRANT_URL else [])])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "embedded":
        opened: Store = EmbeddedStore(tmp_path / "index")
    elif request.param == "server in memory":
        # The client's own in-memory mode warns that its payload indexes have no effect.
        warnings.filterwarnings("ignore", "Payload indexes have no effect")
        opened = ServerStore(AsyncQdrantClient(":memory:"))
    else:
        client = AsyncQdrantClient(QDRANT_URL)
        for collection in (await client.get_collections()).collections:
            if collection.name.startswith("askben-"):
                await client.delete_collection(collection.name)
        opened = ServerStore(client)
    yield opened
    await opened.close()


async def test_before_the_first_index_there_is_nothing_to_search(store: Store) -> None:
    assert await store.serving() is None


async def test_before_the_first_index_there_is_nothing_to_keep(store: Store) -> None:
    async with store.build(dimension=DIMENSION) as build:
        with pytest.raises(NoIndex):
            await build.keep([OLD.id])


async def test_what_is_known_of_an_index_comes_back_whole(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    assert (await serving(store)).info == info(1)


async def test_a_chunk_comes_back_as_it_was(store: Store) -> None:
    rich = replace(OLD, updated=date(2021, 2, 3), tags=("a", "b"), headings=("H", "I"), anchor="i")
    await fill(store, an_embedded_chunk(rich))
    assert await (await serving(store)).chunks([rich.id]) == [rich]


async def test_meaning_and_words_are_two_rankings(store: Store) -> None:
    await fill(
        store,
        an_embedded_chunk(OLD, along=0, words=(7, 8)),
        an_embedded_chunk(NEW, along=1, words=(9,)),
    )
    hits = await (await serving(store)).search(an_embedded_text(along=1, words=(7,)), limit=5)
    assert hits.dense[0].chunk_id == NEW.id
    assert hits.dense[0].score == pytest.approx(1.0, abs=1e-5)
    assert [hit.chunk_id for hit in hits.sparse] == [OLD.id]


async def test_rare_words_count_more_than_frequent_ones(store: Store) -> None:
    await fill(
        store,
        an_embedded_chunk(OLD, words=(1, 2)),
        an_embedded_chunk(NEW, words=(1, 3)),
        an_embedded_chunk(MORE, words=(1, 4)),
    )
    hits = await (await serving(store)).search(an_embedded_text(words=(1, 3)), limit=5)
    assert hits.sparse[0].chunk_id == NEW.id
    assert hits.sparse[0].score > hits.sparse[1].score


async def test_a_question_of_stop_words_has_no_hits_by_words(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    hits = await (await serving(store)).search(an_embedded_text(words=()), limit=5)
    assert (len(hits.dense), hits.sparse) == (1, ())


async def test_the_limit_holds_for_each_ranking(store: Store) -> None:
    await fill(store, *(an_embedded_chunk(a_chunk(f"Text {n}.")) for n in range(9)))
    hits = await (await serving(store)).search(an_embedded_text(), limit=4)
    assert (len(hits.dense), len(hits.sparse)) == (4, 4)


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        (DateRange(date(2024, 5, 17), date(2024, 5, 17)), {NEW.id}),
        (DateRange(first=date(2024, 5, 18)), set()),
        (DateRange(last=date(2020, 1, 31)), {OLD.id}),
        (DateRange(last=date(2020, 1, 30)), set()),
        (DateRange(date(2020, 1, 1), date(2024, 12, 31)), {OLD.id, NEW.id}),
        (None, {OLD.id, NEW.id, UNDATED.id}),
    ],
)
async def test_a_span_of_dates_includes_both_its_ends_and_nothing_undated(
    store: Store, dates: DateRange | None, found: set[str]
) -> None:
    await fill(store, *map(an_embedded_chunk, (OLD, NEW, UNDATED)))
    hits = await (await serving(store)).search(an_embedded_text(), limit=9, dates=dates)
    assert {hit.chunk_id for hit in hits.dense} == found
    assert {hit.chunk_id for hit in hits.sparse} == found


async def test_chunks_that_are_gone_are_left_out(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    assert await (await serving(store)).chunks([OLD.id, NEW.id]) == [OLD]
    assert await (await serving(store)).chunks([]) == []


async def test_the_catalogue_lists_each_post_with_its_chunks_in_reading_order(store: Store) -> None:
    await fill(store, *map(an_embedded_chunk, (MORE, OLD, NEW)))
    catalogue = await (await serving(store)).catalogue()
    assert catalogue.posts == {
        "new.md": an_indexed_post(NEW, MORE),
        "old.md": an_indexed_post(OLD),
    }
    assert catalogue.post_of == {OLD.id: "old.md", NEW.id: "new.md", MORE.id: "new.md"}


async def test_the_catalogue_counts_the_chunks_that_a_word_stands_in(store: Store) -> None:
    await fill(
        store,
        an_embedded_chunk(OLD, words=(1, 2)),
        an_embedded_chunk(NEW, words=(1,)),
    )
    catalogue = await (await serving(store)).catalogue()
    assert catalogue.word_counts == {1: 2, 2: 1}
    assert catalogue.rarity(3) > catalogue.rarity(2) > catalogue.rarity(1)


async def test_the_catalogue_is_that_of_the_index_that_serves(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    old = await serving(store)
    assert set((await old.catalogue()).posts) == {"old.md"}
    await fill(store, an_embedded_chunk(NEW))
    assert set((await (await serving(store)).catalogue()).posts) == {"new.md"}
    assert await old.chunks([OLD.id]) == [OLD], "who still holds the old index can read it"


async def test_the_old_index_serves_until_the_swap(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    async with store.build(dimension=DIMENSION) as build:
        await build.add([an_embedded_chunk(NEW)])
        assert await ids_of(store) == {OLD.id}
        await build.swap(info(1))
        assert await ids_of(store) == {NEW.id}
    assert await ids_of(store) == {NEW.id}


async def test_a_finished_build_can_be_searched_before_it_serves(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    async with store.build(dimension=DIMENSION) as build:
        await build.add([an_embedded_chunk(NEW, along=1, words=(5,))])
        finished = await build.finished(info(1))
        hits = await finished.search(an_embedded_text(along=1, words=(5,)), limit=3)
        assert [hit.chunk_id for hit in (*hits.dense, *hits.sparse)] == [NEW.id, NEW.id]
        assert set((await finished.catalogue()).post_of) == {NEW.id}
        assert await ids_of(store) == {OLD.id}


async def test_what_was_measured_on_an_index_is_kept_with_it(store: Store) -> None:
    measured = replace(info(1), calibration=Calibration(trust=0.5, answerable_from=0.25))
    async with store.build(dimension=DIMENSION) as build:
        await build.add([an_embedded_chunk(NEW)])
        await build.finished(info(1))
        await build.swap(measured)
    assert (await serving(store)).info == measured


async def test_a_build_that_is_given_up_leaves_the_old_index(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))

    async def give_up() -> None:
        async with store.build(dimension=DIMENSION) as build:
            await build.add([an_embedded_chunk(NEW)])
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        await give_up()
    assert await ids_of(store) == {OLD.id}


async def test_an_index_that_lacks_chunks_never_serves(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))

    async def lose_one() -> None:
        async with store.build(dimension=DIMENSION) as build:
            await build.add([an_embedded_chunk(NEW)])
            await build.swap(info(2))

    with pytest.raises(StoreError, match="1 chunks, not 2"):
        await lose_one()
    assert await ids_of(store) == {OLD.id}


async def test_kept_chunks_keep_their_vectors_and_take_what_is_new_about_them(
    store: Store,
) -> None:
    await fill(store, an_embedded_chunk(OLD, along=2, words=(5,)), an_embedded_chunk(NEW, along=1))
    moved: Chunk = replace(OLD, url="https://blog.example/moved/", position=3)
    async with store.build(dimension=DIMENSION) as build:
        await build.keep([OLD.id, NEW.id], [moved])
        await build.swap(info(2))
    hits = await (await serving(store)).search(an_embedded_text(along=2, words=(5,)), limit=1)
    assert [hit.chunk_id for hit in (*hits.dense, *hits.sparse)] == [OLD.id, OLD.id]
    assert await (await serving(store)).chunks([OLD.id]) == [moved]
    assert await (await serving(store)).chunks([NEW.id]) == [NEW]


async def test_many_reindexes_leave_no_more_than_two_indexes_behind(store: Store) -> None:
    for number in range(5):
        await fill(store, an_embedded_chunk(a_chunk(f"Text {number}.")))
    assert len(await ids_of(store)) == 1
    if isinstance(store, EmbeddedStore):
        folders = [path for path in store._folder.iterdir() if path.is_dir()]
        assert len(folders) == 2
    elif isinstance(store, ServerStore):
        assert len((await store._client.get_collections()).collections) == 2


async def test_a_rollback_lets_the_index_before_serve_again(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    assert not await store.rolled_back()
    await fill(store, an_embedded_chunk(NEW))
    await store.rollback()
    assert await ids_of(store) == {OLD.id}
    assert await store.rolled_back()


async def test_a_new_index_ends_a_rollback_and_stands_on_what_served(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    await fill(store, an_embedded_chunk(NEW))
    await store.rollback()
    async with store.build(dimension=DIMENSION) as build:
        await build.keep([OLD.id])
        await build.add([an_embedded_chunk(MORE)])
        await build.swap(info(2))
    assert await ids_of(store) == {OLD.id, MORE.id}
    assert not await store.rolled_back()


async def test_there_is_nothing_to_go_back_to_after_the_first_index(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD))
    with pytest.raises(NoIndex, match="no earlier index"):
        await store.rollback()
    assert await ids_of(store) == {OLD.id}


async def test_without_a_vector_a_question_is_searched_for_by_its_words(store: Store) -> None:
    await fill(store, an_embedded_chunk(OLD, words=(1,)), an_embedded_chunk(NEW, words=(2,)))
    question = an_embedded_text(words=(2,))
    by_words = replace(question, dense=question.dense[:0])
    found = await (await serving(store)).search(by_words, limit=5)
    assert found.dense == ()
    assert [hit.chunk_id for hit in found.sparse][:1] == [NEW.id]
