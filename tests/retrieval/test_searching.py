"""From a query to passages, on the real index of the example blog."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from retrieval.embedding import Embedder
from retrieval.errors import NoIndex
from retrieval.indexing import Indexer
from retrieval.queries import DateRange, Event, Order, Query, SearchResult, Wanted
from retrieval.searching import Searcher
from retrieval.sources import open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import NOW

POWER = "posts/home-server-power-bill.md"
YEAR_2024 = DateRange(date(2024, 1, 1), date(2024, 12, 31))


@pytest.fixture
async def searcher(example_data: Path, embedder: Embedder) -> AsyncIterator[Searcher]:
    store = EmbeddedStore(example_data / "index")
    yield Searcher(store=store, embedder=embedder)
    await store.close()


def posts(result: SearchResult) -> list[str]:
    return [passage.best.post for passage in result.passages]


async def test_the_post_that_answers_comes_first_and_is_found_answerable(
    searcher: Searcher,
) -> None:
    result = await searcher.search(Query("What does the server under the stairs cost in a year?"))
    assert posts(result)[0] == POWER
    assert len(set(posts(result))) == len(posts(result)) == 10
    assert "£96.06" in result.passages[0].text
    assert result.answerable
    assert not result.loosened


async def test_a_question_about_the_author_is_searched_for_as_the_author_says_it(
    example_data: Path, embedder: Embedder
) -> None:
    store = EmbeddedStore(example_data / "index")
    searcher = Searcher(store=store, embedder=embedder, author="Ada Miller")
    said = await searcher.search(Query("what did I pay for my server"))
    for asked in ("what did she pay for her server", "what did Ada pay for adas server"):
        assert await searcher.search(Query(asked)) == said
    nameless = Searcher(store=store, embedder=embedder)
    assert await nameless.search(Query("what did Ada pay for adas server")) != said
    await store.close()


async def test_what_no_post_says_is_not_answerable(searcher: Searcher) -> None:
    result = await searcher.search(Query("Which rocket engine has the highest specific impulse?"))
    assert not result.answerable
    assert 0 < result.answerability < 0.2


async def test_a_question_counts_for_more_than_its_context(searcher: Searcher) -> None:
    result = await searcher.search(
        Query("and the server under the stairs?", context="How much power does the camera draw?")
    )
    assert posts(result)[0] == POWER


async def test_a_strict_span_is_kept_to(searcher: Searcher) -> None:
    result = await searcher.search(Query("machine learning", dates=YEAR_2024, strict=True))
    days = [passage.best.published for passage in result.passages]
    assert days
    assert all(day is not None and day.year == 2024 for day in days)


async def test_an_empty_span_is_loosened_and_nothing_is_claimed_of_it(searcher: Searcher) -> None:
    long_ago = DateRange(last=date(1999, 12, 31))
    for query in (
        Query("bread", dates=long_ago, strict=True),
        Query("", dates=long_ago, strict=True, wanted=Wanted.LIST),
    ):
        result = await searcher.search(query)
        assert result.loosened
        assert result.passages
        assert (result.answerable, result.answerability) == (False, 0.0)


async def test_preferred_dates_lose_no_post(searcher: Searcher) -> None:
    everything = set(posts(await searcher.search(Query("bread"), limit=99)))
    preferring = await searcher.search(Query("bread", dates=YEAR_2024), limit=99)
    assert set(posts(preferring)) == everything


async def test_the_latest_posts_of_all_are_listed_by_their_dates(searcher: Searcher) -> None:
    result = await searcher.search(
        Query("", order=Order.NEWEST, count=3, strict=True, wanted=Wanted.LIST)
    )
    days = [passage.best.published or date.min for passage in result.passages]
    assert days == sorted(days, reverse=True)
    assert len(days) == 3
    assert all(passage.best.position == 0 for passage in result.passages)


async def test_the_latest_post_on_a_topic_is_the_newest_of_those_about_it(
    searcher: Searcher,
) -> None:
    newest = await searcher.search(Query("bird song", order=Order.NEWEST))
    oldest = await searcher.search(Query("bird song", order=Order.OLDEST))
    assert newest.passages[0].best.published > oldest.passages[0].best.published  # type: ignore[operator]


async def test_posts_on_a_topic_are_counted_by_title_and_tags(searcher: Searcher) -> None:
    result = await searcher.search(Query("bread", wanted=Wanted.COUNT))
    assert result.total == 2
    assert sorted(posts(result)) == [
        "notes/sourdough-nearest-neighbours.md",
        "posts/overfitting-explained-by-bread.md",
    ]


async def test_a_topic_of_no_title_or_tag_is_not_counted(searcher: Searcher) -> None:
    result = await searcher.search(Query("hoover", wanted=Wanted.COUNT))
    assert result.total is None
    assert result.passages


async def test_all_posts_of_a_year_are_counted(searcher: Searcher) -> None:
    result = await searcher.search(
        Query("", dates=YEAR_2024, strict=True, wanted=Wanted.COUNT), limit=2
    )
    assert result.total is not None
    assert result.total > len(result.passages) == 2


async def test_a_random_post_is_one_of_all(searcher: Searcher) -> None:
    drawn = {
        posts(await searcher.search(Query("", order=Order.RANDOM, count=1)))[0] for _ in range(20)
    }
    assert len(drawn) > 1


async def test_the_post_right_after_another_is_found(searcher: Searcher) -> None:
    event = Event("after", "the server under the stairs and its power bill")
    result = await searcher.search(
        Query("", strict=True, order=Order.OLDEST, count=1, event=event, wanted=Wanted.LIST)
    )
    assert posts(result) == ["posts/label-noise.md"]


async def test_before_anything_is_indexed_that_is_said(tmp_path: Path, embedder: Embedder) -> None:
    store = EmbeddedStore(tmp_path / "index")
    with pytest.raises(NoIndex, match="askben index"):
        await Searcher(store=store, embedder=embedder).search(Query("bread"))
    await store.close()


async def test_a_cut_paragraph_is_handed_on_whole(tmp_path: Path, embedder: Embedder) -> None:
    sentence = "The {} loaf rose for an hour, and then it was baked until its crust was brown. "
    paragraph = "".join(sentence.format(f"number {number}") for number in range(40)).strip()
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "loaves.md").write_text(f"# Loaves\n\n{paragraph}\n\nThe end of it.\n")
    store = EmbeddedStore(tmp_path / "index")
    source = open_source(str(tmp_path / "posts"), permalinks=None, largest_page=100_000)
    report = await Indexer(store=store, embedder=embedder, clock=lambda: NOW).reindex([source])
    assert report.chunks > 3
    (passage,) = (
        await Searcher(store=store, embedder=embedder).search(Query("How was loaf number 20?"))
    ).passages
    assert paragraph in passage.text
    await store.close()
