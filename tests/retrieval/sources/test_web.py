"""A blog on the web gives the same posts however it is named, and no fault of it costs another."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web

from retrieval.documents import (
    FailedPage,
    IndexedPost,
    LeftOutPage,
    Page,
    SourcePage,
    UnlistedPage,
)
from retrieval.errors import SourceError
from retrieval.sources import Fetcher, FetchLimits, open_source
from tests.fake_blog import FakeBlog, endless, fake_blog, hang, page

LARGEST = 200_000
LIMITS = FetchLimits(largest=LARGEST, seconds=3.0, interval=0.0, private=True)
BREAD = ("/bread/", "Bread", "Mon, 06 May 2024", "<p>Knead it for ten minutes.</p>")
SALT = ("/salt/", "Salt", "Tue, 07 May 2024", "<p>Eleven grams of salt.</p>")


@pytest.fixture
async def blog() -> AsyncIterator[FakeBlog]:
    async with fake_blog() as served:
        yield served


@pytest.fixture
async def fetcher(tmp_path: Path) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(tmp_path / "http.sqlite", LIMITS)
    yield fetcher
    await fetcher.close()


class Reader:
    """Reads one address as often as a test wants, by one source."""

    def __init__(self, blog: FakeBlog, fetcher: Fetcher, path: str = "/") -> None:
        self._blog = blog
        self._source = open_source(
            blog.url + path, permalinks=None, largest_page=LARGEST, fetcher=fetcher
        )

    async def read(
        self, known: Mapping[str, IndexedPost] | None = None, *, news_only: bool = False
    ) -> dict[str, SourcePage]:
        pages = self._source.pages(known or {}, news_only=news_only)
        return {one.post.removeprefix(self._blog.url): one async for one in pages}


def posts(found: Mapping[str, SourcePage]) -> set[str]:
    return {name for name, one in found.items() if isinstance(one, Page)}


def indexed(blog: FakeBlog, *paths: str, published: date | None = None) -> dict[str, IndexedPost]:
    return {
        blog.url + path: IndexedPost(
            post=blog.url + path,
            digest="old",
            url=blog.url + path,
            title=path,
            published=published,
            tags=(),
            chunk_ids=(),
            continuing=frozenset(),
            size=0,
        )
        for path in paths
    }


async def test_a_feed_gives_its_posts_with_what_it_says_of_them(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.rss("/feed.xml", [BREAD, SALT])
    found = await Reader(blog, fetcher, "/feed.xml").read()
    assert posts(found) == {"/bread/", "/salt/"}
    bread = found["/bread/"]
    assert isinstance(bread, Page)
    assert bread.text == "<p>Knead it for ten minutes.</p>"
    assert (bread.facts.title, bread.facts.published) == ("Bread", date(2024, 5, 6))
    assert blog.paths() == ["/feed.xml"]


async def test_where_a_feed_has_summaries_alone_the_pages_are_read(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.rss("/feed.xml", [(*BREAD[:3], "")])
    blog.post("/bread/", "Bread", "The whole post.")
    found = await Reader(blog, fetcher, "/feed.xml").read()
    bread = found["/bread/"]
    assert isinstance(bread, Page)
    assert "The whole post." in bread.text
    assert bread.facts.published == date(2024, 5, 6)


async def test_a_json_feed_is_read(blog: FakeBlog, fetcher: Fetcher) -> None:
    item = {"url": f"{blog.url}/bread/", "title": "Bread", "content_html": "<p>Knead.</p>"}
    version = "https://jsonfeed.org/version/1.1"
    blog.pages["/feed.json"] = json.dumps({"version": version, "items": [item]})
    found = await Reader(blog, fetcher, "/feed.json").read()
    assert posts(found) == {"/bread/"}


async def test_a_sitemap_and_an_index_of_sitemaps_give_the_same_posts(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    for path in ("/bread/", "/salt/"):
        blog.post(path, path, "Words.")
    blog.sitemap("/sitemap.xml", ["/bread/", "/salt/"])
    blog.pages["/index.xml"] = (
        '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{blog.url}/sitemap.xml</loc></sitemap></sitemapindex>"
    )
    for path in ("/sitemap.xml", "/index.xml"):
        assert posts(await Reader(blog, fetcher, path).read()) == {"/bread/", "/salt/"}


async def test_a_packed_sitemap_is_unpacked(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.post("/bread/", "Bread", "Words.")
    blog.sitemap("/plain.xml", ["/bread/"])
    plain = blog.pages["/plain.xml"]
    assert isinstance(plain, str)
    blog.pages["/sitemap.xml.gz"] = gzip.compress(plain.encode())
    blog.types["/sitemap.xml.gz"] = "application/gzip"
    assert posts(await Reader(blog, fetcher, "/sitemap.xml.gz").read()) == {"/bread/"}


async def test_of_a_site_the_feed_that_it_names_is_found_and_the_rest_by_its_sitemap(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.pages["/"] = page(
        "A blog",
        "<p>Welcome</p>",
        head='<link rel="alternate" type="application/rss+xml" href="/news.xml">',
    )
    blog.rss("/news.xml", [SALT])
    blog.post("/bread/", "Bread", "An old post.")
    blog.post("/salt/", "Salt", "Not asked for, the feed has it all.")
    blog.sitemap("/sitemap.xml", ["/", "/bread/", "/salt/", "/tags/flour/", "/logo.png"])
    assert posts(await Reader(blog, fetcher).read()) == {"/bread/", "/salt/"}
    assert "/salt/" not in blog.paths()
    assert not {"/tags/flour/", "/logo.png"} & set(blog.paths())


async def test_the_usual_addresses_of_a_feed_are_tried(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.pages["/"] = page("A blog", "<p>Welcome</p>")
    blog.rss("/atom.xml", [BREAD])
    assert posts(await Reader(blog, fetcher).read()) == {"/bread/"}


async def test_the_sitemap_that_robots_txt_names_is_read(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.pages["/"] = page("A blog", "<p>Welcome</p>")
    blog.pages["/robots.txt"] = f"Sitemap: {blog.url}/map.xml"
    blog.sitemap("/map.xml", ["/bread/"])
    blog.post("/bread/", "Bread", "Words.")
    assert posts(await Reader(blog, fetcher).read()) == {"/bread/"}


async def test_without_feed_and_sitemap_the_links_of_a_site_are_followed(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    elsewhere = '<a href="https://elsewhere.example/">e</a>'
    blog.pages["/"] = page("A blog", f'<a href="bread/">Bread</a> {elsewhere}')
    blog.pages["/bread/"] = page("Bread", '<p>Knead.</p><a href="/salt/">Salt</a>')
    blog.post("/salt/", "Salt", "Eleven grams.")
    found = await Reader(blog, fetcher).read()
    assert {"/bread/", "/salt/"} <= posts(found)
    assert not [name for name in found if "elsewhere" in name]


async def test_a_second_reading_costs_conditional_requests_alone(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.post("/bread/", "Bread", "Words.")
    blog.sitemap("/sitemap.xml", ["/bread/"])
    reader = Reader(blog, fetcher, "/sitemap.xml")
    first = await reader.read()
    blog.asked.clear()
    assert await reader.read() == first
    assert set(blog.paths()) == set(blog.paths(status=304)) == {"/sitemap.xml", "/bread/"}


async def test_the_cache_outlives_the_process(blog: FakeBlog, tmp_path: Path) -> None:
    blog.rss("/feed.xml", [BREAD])
    for status in (200, 304):
        fetcher = Fetcher(tmp_path / "http.sqlite", LIMITS)
        await Reader(blog, fetcher, "/feed.xml").read()
        await fetcher.close()
        assert blog.asked[-1].status == status


async def test_a_damaged_cache_is_begun_anew(blog: FakeBlog, tmp_path: Path) -> None:
    (tmp_path / "http.sqlite").write_bytes(b"this is no database" * 100)
    blog.rss("/feed.xml", [BREAD])
    fetcher = Fetcher(tmp_path / "http.sqlite", LIMITS)
    assert posts(await Reader(blog, fetcher, "/feed.xml").read()) == {"/bread/"}
    await fetcher.close()


async def test_what_robots_txt_closes_is_not_fetched(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.pages["/robots.txt"] = "User-agent: *\nDisallow: /secret/"
    blog.sitemap("/sitemap.xml", ["/bread/", "/secret/"])
    blog.post("/bread/", "Bread", "Words.")
    blog.post("/secret/", "Secret", "Words.")
    found = await Reader(blog, fetcher, "/sitemap.xml").read()
    secret = found["/secret/"]
    assert isinstance(secret, FailedPage)
    assert "robots.txt" in secret.why
    assert "/secret/" not in blog.paths()
    assert posts(found) == {"/bread/"}


async def test_askben_says_who_it_is(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.rss("/feed.xml", [BREAD])
    await Reader(blog, fetcher, "/feed.xml").read()
    assert blog.asked[0].headers["User-Agent"].startswith("askBen/")


async def test_pages_that_do_not_want_to_be_found_are_left_out(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    async def hidden(_: web.Request) -> web.StreamResponse:
        return web.Response(
            text=page("Hidden", "<p>Words.</p>"),
            content_type="text/html",
            headers={"X-Robots-Tag": "noindex"},
        )

    blog.sitemap("/sitemap.xml", ["/hidden/", "/bread/"])
    blog.pages["/hidden/"] = hidden
    blog.post("/bread/", "Bread", "Words.")
    found = await Reader(blog, fetcher, "/sitemap.xml").read()
    assert isinstance(found["/hidden/"], LeftOutPage)
    assert posts(found) == {"/bread/"}


async def failing(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def in_a_circle(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.path)


async def to_a_file(_: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "file:///etc/passwd"})


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b"<p>Half of")
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (endless, "is larger than 0.2 MB"),
        (in_a_circle, "redirects in a circle"),
        (to_a_file, "is no web address"),
        (failing, "is answered with 500"),
        (hang, "took longer than 3 s"),
        (cut_off, "cannot be fetched"),
    ],
)
async def test_a_fault_costs_its_own_page_and_is_named(
    blog: FakeBlog, fetcher: Fetcher, fault: object, why: str
) -> None:
    blog.sitemap("/sitemap.xml", ["/bread/", "/fault/", "/salt/"])
    blog.post("/bread/", "Bread", "Words.")
    blog.post("/salt/", "Salt", "Words.")
    blog.pages["/fault/"] = fault  # type: ignore[assignment]
    found = await Reader(blog, fetcher, "/sitemap.xml").read()
    failed = found["/fault/"]
    assert isinstance(failed, FailedPage)
    assert why in failed.why
    assert posts(found) == {"/bread/", "/salt/"}


async def test_a_bomb_in_gzip_is_given_up_before_it_fills_the_memory(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    packed = gzip.compress(b"\0" * 300_000_000, compresslevel=9)

    async def explode(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
        return web.Response(body=packed, headers=headers)

    blog.sitemap("/sitemap.xml", ["/bomb/"])
    blog.pages["/bomb/"] = explode
    tracemalloc.start()
    try:
        found = await Reader(blog, fetcher, "/sitemap.xml").read()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found["/bomb/"], FailedPage)
    assert peak < 40_000_000


async def test_a_sitemap_that_lists_itself_is_read_once(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.pages["/sitemap.xml"] = (
        '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{blog.url}/sitemap.xml</loc></sitemap>"
        f"<sitemap><loc>{blog.url}/posts.xml</loc></sitemap></sitemapindex>"
    )
    blog.sitemap("/posts.xml", ["/bread/"])
    blog.post("/bread/", "Bread", "Words.")
    assert posts(await Reader(blog, fetcher, "/sitemap.xml").read()) == {"/bread/"}
    assert blog.paths().count("/sitemap.xml") == 1


async def test_a_sitemap_that_fails_takes_no_post_away(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.pages["/sitemap.xml"] = (
        '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{blog.url}/old.xml</loc></sitemap>"
        f"<sitemap><loc>{blog.url}/new.xml</loc></sitemap></sitemapindex>"
    )
    blog.pages["/old.xml"] = failing
    blog.sitemap("/new.xml", ["/bread/"])
    blog.post("/bread/", "Bread", "Words.")
    found = await Reader(blog, fetcher, "/sitemap.xml").read(indexed(blog, "/salt/"))
    assert isinstance(found["/old.xml"], FailedPage)
    assert isinstance(found["/salt/"], UnlistedPage)
    assert posts(found) == {"/bread/"}


async def test_a_feed_of_a_site_that_is_no_feed_any_more_takes_no_post_away(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    link = '<link rel="alternate" type="application/atom+xml" href="/feed.xml">'
    blog.pages["/"] = page("A blog", "<p>Welcome</p>", head=link)
    blog.pages["/feed.xml"] = "<html>Error 500, but with status 200"
    found = await Reader(blog, fetcher).read(indexed(blog, "/salt/"))
    assert isinstance(found["/feed.xml"], FailedPage)
    assert isinstance(found["/salt/"], UnlistedPage)


async def test_an_address_that_is_no_feed_and_leads_to_nothing_is_said(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.pages["/feed.xml"] = "this is <no> feed & no page"
    with pytest.raises(SourceError, match="leads to no posts"):
        await Reader(blog, fetcher, "/feed.xml").read()


async def test_a_site_that_cannot_be_reached_is_said(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.pages["/"] = failing
    with pytest.raises(SourceError, match="is answered with 500"):
        await Reader(blog, fetcher).read()


async def test_old_posts_that_a_feed_lists_no_more_stay_while_they_are_there(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.rss("/feed.xml", [BREAD])
    blog.post("/old/", "Old", "Still there.")
    known = indexed(blog, "/old/", "/gone/", published=date(2020, 1, 1))
    found = await Reader(blog, fetcher, "/feed.xml").read(known)
    assert isinstance(found["/old/"], UnlistedPage)
    assert "/gone/" not in found


async def test_a_young_post_that_a_feed_lists_no_more_was_taken_off_it(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    blog.rss("/feed.xml", [BREAD])
    blog.post("/young/", "Young", "Still on the server, but not meant to be read.")
    known = indexed(blog, "/young/", published=date(2024, 6, 1))
    assert "/young/" not in await Reader(blog, fetcher, "/feed.xml").read(known)


async def test_for_the_news_of_a_site_its_feed_alone_is_asked_for(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    blog.pages["/"] = page("A blog", "<p>Welcome</p>", head=link)
    blog.rss("/feed.xml", [BREAD])
    blog.post("/old/", "Old", "Words.")
    blog.sitemap("/sitemap.xml", ["/old/", "/bread/"])
    reader = Reader(blog, fetcher)
    await reader.read()
    blog.asked.clear()
    blog.rss("/feed.xml", [SALT, BREAD])
    known = indexed(blog, "/old/", "/bread/", published=date(2020, 1, 1))
    found = await reader.read(known, news_only=True)
    assert posts(found) == {"/bread/", "/salt/"}
    assert isinstance(found["/old/"], UnlistedPage)
    assert blog.paths() == ["/", "/feed.xml"]


async def test_a_site_without_a_feed_has_no_news(blog: FakeBlog, fetcher: Fetcher) -> None:
    blog.sitemap("/sitemap.xml", ["/bread/"])
    blog.post("/bread/", "Bread", "Words.")
    reader = Reader(blog, fetcher, "/sitemap.xml")
    await reader.read()
    blog.asked.clear()
    found = await reader.read(indexed(blog, "/bread/"), news_only=True)
    assert isinstance(found["/bread/"], UnlistedPage)
    assert blog.asked == []


async def test_ten_thousand_links_are_listed_before_any_is_read(
    blog: FakeBlog, fetcher: Fetcher
) -> None:
    paths = [f"/post-{number}/" for number in range(10_000)]
    blog.sitemap("/sitemap.xml", paths)
    source = open_source(
        f"{blog.url}/sitemap.xml", permalinks=None, largest_page=LARGEST, fetcher=fetcher
    )
    found = []
    async for one in source.pages({}):
        found.append(one)
        if len(found) == 50:
            break
    assert [one.post for one in found] == [blog.url + path for path in paths[:50]]
    assert len(blog.asked) < 80


async def test_a_feed_of_comments_is_no_feed_of_posts(blog: FakeBlog, fetcher: Fetcher) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
    blog.pages["/"] = page("A blog", "<p>Welcome</p>", head=link)
    blog.rss("/comments/feed/", [BREAD])
    blog.rss("/feed/", [SALT])
    assert posts(await Reader(blog, fetcher).read()) == {"/salt/"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
async def test_the_inside_of_a_network_is_not_read_unless_it_is_allowed(
    host: str, tmp_path: Path
) -> None:
    fetcher = Fetcher(tmp_path / "http.sqlite", FetchLimits(seconds=1.0))
    source = open_source(f"http://{host}:1/", permalinks=None, largest_page=1, fetcher=fetcher)
    with pytest.raises(SourceError, match="ASKBEN_PRIVATE_ADDRESSES"):
        async for _ in source.pages({}):
            pass
    await fetcher.close()


async def test_requests_to_a_host_keep_their_distance(blog: FakeBlog, tmp_path: Path) -> None:
    limits = FetchLimits(largest=LARGEST, seconds=5.0, interval=0.05, private=True)
    fetcher = Fetcher(tmp_path / "http.sqlite", limits)
    paths = [f"/{number}/" for number in range(8)]
    for path in paths:
        blog.post(path, path, "Words.")
    blog.sitemap("/sitemap.xml", paths)
    started = time.monotonic()
    await Reader(blog, fetcher, "/sitemap.xml").read()
    assert time.monotonic() - started >= 0.05 * len(paths)
    await fetcher.close()
