"""A reindex brings the index up to the sources, and never leaves it worse than it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.reindexing import summary_of
from retrieval.documents import (
    MEASURE_VERSION,
    Calibration,
    Chunk,
    IndexedPost,
    Permalinks,
    SourcePage,
)
from retrieval.embedding import Embedder, minilm
from retrieval.errors import NoIndex, ReindexRefused, ReindexRunning, SourceError
from retrieval.indexing import Indexer
from retrieval.queries import Query
from retrieval.reports import Progress, Report, Stage
from retrieval.searching import Searcher
from retrieval.sources import Source, open_source
from retrieval.stores import Index
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import NOW
from tests.retrieval.stores.test_contract import serving

LARGEST = 100_000


class Blog:
    """A folder of posts with an index beside it."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder / "posts"
        self.folder.mkdir()
        self.store = EmbeddedStore(folder / "index")
        self.indexer = Indexer(store=self.store, embedder=embedder, clock=lambda: NOW)

    def write(self, name: str, text: str | bytes) -> None:
        content = text.encode() if isinstance(text, str) else text
        (self.folder / name).write_bytes(content)

    def source(self, site: str | None = None) -> Source:
        permalinks = Permalinks(site, "{slug}/") if site else None
        return open_source(str(self.folder), permalinks=permalinks, largest_page=LARGEST)

    async def reindex(self, site: str | None = None) -> Report:
        return await self.indexer.reindex([self.source(site)])

    async def texts(self) -> dict[str, list[str]]:
        posts = (await (await serving(self.store)).catalogue()).posts
        return {post: [chunk.text for chunk in await self.chunks_of(post)] for post in posts}

    async def chunks_of(self, post: str) -> list[Chunk]:
        index = await serving(self.store)
        ids = (await index.catalogue()).posts[post].chunk_ids
        return sorted(await index.chunks(ids), key=lambda chunk: chunk.position)


@pytest.fixture
async def blog(tmp_path: Path, embedder: Embedder) -> AsyncIterator[Blog]:
    blog = Blog(tmp_path, embedder)
    yield blog
    await blog.store.close()


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.posts, report.embedded, report.kept, report.dropped


async def test_a_first_index_holds_every_post(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.\n\n## Water\n\nWet.")
    blog.write("b.md", "# B\n\nSalt.")
    assert counts(await blog.reindex()) == (2, 3, 0, 0)
    assert await blog.texts() == {"a.md": ["Flour.", "Wet."], "b.md": ["Salt."]}
    info = (await serving(blog.store)).info
    assert (info.posts, info.chunks, info.dimension) == (2, 3, 384)


async def test_an_unchanged_blog_is_neither_embedded_nor_written(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    await blog.reindex()
    before = (await serving(blog.store)).info
    assert counts(await blog.reindex()) == (1, 0, 1, 0)
    assert (await serving(blog.store)).info == before


async def test_of_an_edited_post_only_what_changed_is_embedded(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.\n\n## Water\n\nWet.")
    await blog.reindex()
    blog.write("a.md", "# A\n\nNew flour.\n\n## Water\n\nWet.")
    assert counts(await blog.reindex()) == (1, 1, 1, 1)
    assert await blog.texts() == {"a.md": ["New flour.", "Wet."]}


async def test_new_posts_come_and_deleted_ones_go(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    await blog.reindex()
    (blog.folder / "a.md").unlink()
    blog.write("b.md", "# B\n\nSalt.")
    assert counts(await blog.reindex()) == (1, 1, 0, 1)
    assert await blog.texts() == {"b.md": ["Salt."]}


async def test_a_post_that_cannot_be_read_any_more_stays_indexed(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    blog.write("b.md", "# B\n\nSalt.")
    await blog.reindex()
    blog.write("a.md", b"# A\n\n\xff\xfe")
    blog.write("b.md", "---\ntitle: a: b\n---\nSalt.")
    blog.write("c.md", "# C\n\nWater.")
    report = await blog.reindex()
    assert {page.post for page in report.failed} == {"a.md", "b.md"}
    assert await blog.texts() == {"a.md": ["Flour."], "b.md": ["Salt."], "c.md": ["Water."]}


async def test_another_site_moves_the_links_without_embedding_anything(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    await blog.reindex()
    assert counts(await blog.reindex("https://ben.example")) == (1, 0, 1, 0)
    assert [chunk.url for chunk in await blog.chunks_of("a.md")] == ["https://ben.example/a/"]


async def test_two_posts_with_one_address_are_told_apart_by_a_failure(blog: Blog) -> None:
    blog.write("2024-01-01-a.md", "# A\n\nFlour.")
    blog.write("2024-02-02-a.md", "# B\n\nSalt.")
    report = await blog.reindex("https://ben.example")
    (failed,) = report.failed
    assert failed.post == "2024-02-02-a.md"
    assert "2024-01-01-a.md" in failed.why
    assert "slug" in failed.why
    assert report.posts == 1


async def test_a_missing_folder_leaves_the_index_as_it_is(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    await blog.reindex()
    blog.folder.rename(blog.folder.with_name("elsewhere"))
    with pytest.raises(SourceError, match="no folder"):
        await blog.reindex()
    assert await blog.texts() == {"a.md": ["Flour."]}


async def test_a_blog_of_which_nothing_can_be_indexed_is_an_error_with_reasons(blog: Blog) -> None:
    blog.write("a.md", "---\ntitle: T\ndraft: true\n---\nFlour.")
    with pytest.raises(SourceError, match=r"a\.md is a draft"):
        await blog.reindex()


async def test_another_model_embeds_everything_anew_even_what_cannot_be_read(
    blog: Blog, model_cache: Path
) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    blog.write("b.md", "# B\n\nSalt.")
    await blog.reindex()
    blog.write("a.md", b"\xff")
    folder = model_cache / minilm.MODEL_NAME.replace("/", "--")
    other = Embedder(model=minilm.MODEL_NAME, folder=folder, cache=model_cache)
    indexer = Indexer(store=blog.store, embedder=other, clock=lambda: NOW)
    report = await indexer.reindex([blog.source()])
    assert counts(report) == (2, 2, 0, 0)
    assert await blog.texts() == {"a.md": ["Flour."], "b.md": ["Salt."]}


async def test_only_one_reindex_runs_at_a_time(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    refused: list[ReindexRunning] = []

    class Twice:
        name = "twice"

        async def pages(
            self, known: Mapping[str, IndexedPost], *, news_only: bool = False
        ) -> AsyncIterator[SourcePage]:
            try:
                await blog.reindex()
            except ReindexRunning as error:
                refused.append(error)
            async for page in blog.source().pages(known, news_only=news_only):
                yield page

    assert not blog.indexer.running
    await blog.indexer.reindex([Twice()])
    assert len(refused) == 1


async def test_progress_is_told_from_the_first_page_to_the_last_chunk(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    blog.write("b.md", "# B\n\nSalt.")
    told: list[Progress] = []
    await blog.indexer.reindex([blog.source()], told.append)
    assert told == [
        Progress(Stage.LOADING, 0, None),
        Progress(Stage.READING, 1, None),
        Progress(Stage.READING, 2, None),
        Progress(Stage.EMBEDDING, 0, 2),
        Progress(Stage.EMBEDDING, 2, 2),
    ]


async def test_every_index_is_calibrated(blog: Blog) -> None:
    blog.write("bread.md", "# Bread\n\nKnead it for ten minutes and let it rise in the warm.\n")
    await blog.reindex()
    calibration = (await serving(blog.store)).info.calibration
    assert calibration is not None
    assert calibration.trust == 1.0
    assert 0 < calibration.answerable_from < 1


async def test_an_index_that_was_measured_in_another_way_is_measured_anew(blog: Blog) -> None:
    blog.write("bread.md", "# Bread\n\nKnead it.\n")
    await blog.reindex()
    await blog.store.close()
    (info,) = (blog.folder.parent / "index").glob("*/info.json")
    stated = json.loads(info.read_text())
    stated["calibration"] = {"trust": 0.75, "answerable_from": 0.5}
    info.write_text(json.dumps(stated))
    serves = (await serving(blog.store)).info.calibration
    assert serves == Calibration(trust=0.75, answerable_from=0.5, version=1)
    assert counts(await blog.reindex()) == (1, 0, 1, 0), "nothing is embedded anew"
    calibration = (await serving(blog.store)).info.calibration
    assert calibration is not None
    assert calibration.version == MEASURE_VERSION


async def test_an_index_of_the_first_version_serves_until_it_is_replaced(blog: Blog) -> None:
    blog.write("bread.md", "# Bread\n\nKnead it.\n")
    await blog.reindex()
    await blog.store.close()
    (info,) = (blog.folder.parent / "index").glob("*/info.json")
    stated = json.loads(info.read_text())
    del stated["calibration"]
    info.write_text(json.dumps(stated))
    assert await blog.texts() == {"bread.md": ["Knead it."]}
    assert (await serving(blog.store)).info.calibration is None
    assert counts(await blog.reindex()) == (1, 0, 1, 0), "nothing is embedded anew"
    assert (await serving(blog.store)).info.calibration is not None


def many(blog: Blog, count: int) -> None:
    for number in range(count):
        blog.write(f"{number}.md", f"# Post {number}\n\nWords of post {number}.")


async def test_a_preview_says_what_would_change_and_changes_nothing(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.\n\n## Water\n\nWet.\n\n## Salt\n\nSalty.")
    blog.write("b.md", "# B\n\nSalt.")
    await blog.reindex()
    before = await blog.texts()
    blog.write("a.md", "# A\n\nFlour.\n\n## Water\n\nWetter.\n\n## Salt\n\nSaltier.")
    blog.write("c.md", "# C\n\nYeast.")
    (blog.folder / "b.md").unlink()
    preview = await blog.indexer.preview([blog.source()])
    assert summary_of(preview) == "+1 posts, 1 changed in 2 sections, -1, about 1 s"
    assert preview.changes.added == ("c.md",)
    assert preview.changes.removed == ("b.md",)
    assert not preview.changes_nothing
    assert await blog.texts() == before
    await blog.reindex()
    assert (await blog.indexer.preview([blog.source()])).changes_nothing


async def test_losing_many_posts_at_once_has_to_be_forced(blog: Blog) -> None:
    many(blog, 10)
    await blog.reindex()
    for number in range(3):
        (blog.folder / f"{number}.md").unlink()
    preview = await blog.indexer.preview([blog.source()])
    assert preview.refused == "3 of the 10 posts would be removed, such as 0.md"
    with pytest.raises(ReindexRefused, match="--force"):
        await blog.reindex()
    assert len(await blog.texts()) == 10
    await blog.indexer.reindex([blog.source()], force=True)
    assert len(await blog.texts()) == 7


async def test_losing_a_fifth_of_the_posts_need_not_be_forced(blog: Blog) -> None:
    many(blog, 10)
    await blog.reindex()
    for number in range(2):
        (blog.folder / f"{number}.md").unlink()
    assert (await blog.reindex()).posts == 8


async def test_a_rollback_holds_until_somebody_reindexes(blog: Blog) -> None:
    blog.write("a.md", "# A\n\nFlour.")
    await blog.reindex()
    blog.write("a.md", "# A\n\nPlaster.")
    await blog.reindex()
    info = await blog.indexer.rollback()
    assert info.posts == 1
    assert await blog.texts() == {"a.md": ["Flour."]}
    assert await blog.indexer.rolled_back()
    await blog.reindex()
    assert await blog.texts() == {"a.md": ["Plaster."]}
    assert not await blog.indexer.rolled_back()


async def test_there_is_no_going_back_before_the_first_index(blog: Blog) -> None:
    with pytest.raises(NoIndex):
        await blog.indexer.rollback()


async def test_an_index_that_the_gate_finds_worse_does_not_serve(
    blog: Blog, embedder: Embedder
) -> None:
    asked: list[tuple[int, int]] = []

    async def gate(before: Index, new: Index) -> None:
        asked.append((before.info.chunks, new.info.chunks))
        assert new.info.calibration is not None
        raise ReindexRefused("worse")

    indexer = Indexer(store=blog.store, embedder=embedder, clock=lambda: NOW, gate=gate)
    blog.write("a.md", "# A\n\nFlour.")
    await indexer.reindex([blog.source()])  # there is none to compare the first one with
    blog.write("b.md", "# B\n\nSalt.")
    with pytest.raises(ReindexRefused):
        await indexer.reindex([blog.source()])
    assert asked == [(1, 2)]
    assert set(await blog.texts()) == {"a.md"}
    await indexer.reindex([blog.source()], force=True)
    assert set(await blog.texts()) == {"a.md", "b.md"}


async def test_the_same_post_in_two_sources_is_one_post(blog: Blog, tmp_path: Path) -> None:
    other = tmp_path / "copy"
    other.mkdir()
    blog.write("a.md", "---\npermalink: /a/\n---\n# A\n\nFlour.")
    (other / "also-a.md").write_text("---\npermalink: /a/\n---\n# A\n\nFlour.")
    sites = Permalinks("https://ben.example", "{slug}/")
    copy = open_source(str(other), permalinks=sites, largest_page=LARGEST)
    report = await blog.indexer.reindex([blog.source("https://ben.example"), copy])
    assert report.posts == 1
    assert [page.why for page in report.left_out] == ["is the same post as a.md"]


async def test_a_source_that_cannot_be_read_leaves_its_posts_beside_those_of_the_others(
    blog: Blog, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.md").write_text("# O\n\nOil.")
    blog.write("a.md", "# A\n\nFlour.")
    second = open_source(str(other), permalinks=None, largest_page=LARGEST)
    await blog.indexer.reindex([blog.source(), second])
    other.rename(tmp_path / "moved")
    blog.write("b.md", "# B\n\nSalt.")
    report = await blog.indexer.reindex([blog.source(), second])
    assert set(await blog.texts()) == {"a.md", "b.md", "o.md"}
    assert ["cannot be read" in page.why for page in report.failed] == [True]


async def test_while_another_model_is_set_the_old_index_answers_by_words(
    blog: Blog, model_cache: Path, tmp_path: Path
) -> None:
    many(blog, 3)
    blog.write("yeast.md", "# Yeast\n\nSourdough rises without any bought yeast.")
    await blog.reindex()
    folder = tmp_path / "another model"
    shutil.copytree(model_cache / minilm.MODEL_NAME.replace("/", "--"), folder)
    (folder / "model.onnx").rename(folder / "model_optimized.onnx")
    other = Embedder(model="BAAI/bge-small-en-v1.5", folder=folder, cache=model_cache)
    searcher = Searcher(store=blog.store, embedder=other)
    result = await searcher.search(Query("Does sourdough rise without bought yeast?"))
    assert [passage.best.post for passage in result.passages] == ["yeast.md"]
    assert result.trust == 0.0
