"""The index follows a blog over HTTP: new, edited and deleted posts, and every kind of trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from retrieval.documents import Permalinks
from retrieval.embedding import Embedder
from retrieval.indexing import Indexer
from retrieval.reports import Report
from retrieval.sources import Fetcher, FetchLimits, Source, open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.builders import NOW
from tests.fake_blog import FakeBlog, fake_blog
from tests.retrieval.stores.test_contract import serving

LIMITS = FetchLimits(largest=200_000, seconds=5.0, interval=0.0, private=True)


class WebBlog:
    """A blog on loopback with an index of it."""

    def __init__(self, served: FakeBlog, folder: Path, embedder: Embedder) -> None:
        self.served = served
        self.store = EmbeddedStore(folder / "index")
        self.fetcher = Fetcher(folder / "http.sqlite", LIMITS)
        self.indexer = Indexer(store=self.store, embedder=embedder, clock=lambda: NOW)

    def source(self, path: str = "/") -> Source:
        return open_source(
            self.served.url + path, permalinks=None, largest_page=1, fetcher=self.fetcher
        )

    def posts_at(self, *paths: str) -> None:
        for path in paths:
            self.served.post(path, path.strip("/").title(), f"Words about {path.strip('/')}.")
        self.served.sitemap("/sitemap.xml", paths)

    async def reindex(self, path: str = "/sitemap.xml", *, news_only: bool = False) -> Report:
        return await self.indexer.reindex([self.source(path)], news_only=news_only)

    async def posts(self) -> dict[str, str]:
        catalogue = await (await serving(self.store)).catalogue()
        return {
            name.removeprefix(self.served.url): post.title for name, post in catalogue.posts.items()
        }


@pytest.fixture
async def blog(tmp_path: Path, embedder: Embedder) -> AsyncIterator[WebBlog]:
    async with fake_blog() as served:
        blog = WebBlog(served, tmp_path, embedder)
        yield blog
        await blog.fetcher.close()
        await blog.store.close()


async def test_an_unchanged_blog_costs_conditional_requests_and_embeds_nothing(
    blog: WebBlog,
) -> None:
    blog.posts_at("/bread/", "/salt/")
    assert (await blog.reindex()).embedded == 2
    blog.served.asked.clear()
    report = await blog.reindex()
    assert (report.embedded, report.kept) == (0, 2)
    assert {one.status for one in blog.served.asked} == {304}


async def test_new_edited_and_deleted_posts_are_followed(blog: WebBlog) -> None:
    blog.posts_at("/bread/", "/salt/", "/oil/")
    await blog.reindex()
    blog.posts_at("/bread/", "/salt/", "/water/")
    blog.served.post("/salt/", "Salt", "Other words about it.")
    del blog.served.pages["/oil/"]
    report = await blog.reindex()
    assert (report.embedded, report.kept, report.dropped) == (2, 1, 2)
    assert set(await blog.posts()) == {"/bread/", "/salt/", "/water/"}


async def test_a_post_that_is_listed_but_gone_is_left_out(blog: WebBlog) -> None:
    blog.posts_at("/bread/", "/salt/")
    await blog.reindex()
    del blog.served.pages["/salt/"]
    report = await blog.reindex()
    assert set(await blog.posts()) == {"/bread/"}
    assert [page.why for page in report.left_out] == ["is gone (404)"]


async def test_a_page_that_fails_keeps_what_was_indexed_of_it(blog: WebBlog) -> None:
    async def failing(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    blog.posts_at("/bread/", "/salt/")
    await blog.reindex()
    blog.served.pages["/salt/"] = failing
    report = await blog.reindex()
    assert set(await blog.posts()) == {"/bread/", "/salt/"}
    assert [page.why for page in report.failed] == ["is answered with 503 Service Unavailable"]


async def test_the_news_of_a_feed_is_taken_up_and_the_rest_stays(blog: WebBlog) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    blog.posts_at("/bread/", "/salt/", "/oil/")
    blog.served.post("/", "A blog", "Welcome", head=link)
    entry = ("/oil/", "Oil", "Mon, 06 May 2024", "<p>Words about oil.</p>")
    blog.served.rss("/feed.xml", [entry])
    await blog.reindex("/")
    fresh = ("/water/", "Water", "Tue, 07 May 2024", "<p>Words about water.</p>")
    edited = (*entry[:3], "<p>Oil has a smoke point.</p>")
    blog.served.rss("/feed.xml", [fresh, edited])
    report = await blog.reindex("/", news_only=True)
    assert (report.embedded, report.dropped) == (2, 1)
    assert set(await blog.posts()) == {"/bread/", "/salt/", "/oil/", "/water/"}


async def test_a_page_and_its_other_address_are_one_post(blog: WebBlog) -> None:
    canonical = f'<link rel="canonical" href="{blog.served.url}/bread/">'
    blog.posts_at("/bread/", "/2024/bread/")
    blog.served.post("/2024/bread/", "Bread", "Words about bread.", head=canonical)
    report = await blog.reindex()
    assert set(await blog.posts()) == {"/bread/"}
    assert [page.why for page in report.left_out] == [
        f"is the same post as {blog.served.url}/bread/"
    ]


async def test_a_post_in_the_folder_and_in_the_feed_is_one_post(
    blog: WebBlog, tmp_path: Path
) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "bread.md").write_text("---\ntitle: Bread\n---\nWords about bread, from the file.")
    blog.posts_at("/bread/", "/salt/")
    files = open_source(
        str(folder), permalinks=Permalinks(blog.served.url, "{slug}/"), largest_page=10_000
    )
    report = await blog.indexer.reindex([files, blog.source("/sitemap.xml")])
    assert set(await blog.posts()) == {"bread.md", "/salt/"}
    assert [page.why for page in report.left_out] == ["is the same post as bread.md"]
