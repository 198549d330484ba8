"""Times a reindex of one blog as a folder, as a feed and as a sitemap, and compares the posts.

    make indexing POSTS=folder

The folder is served on loopback for the web. Each source is indexed anew, again without a change,
and again with one post edited.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from retrieval.documents import Document, IndexedPost, Page, PageFormat
from retrieval.embedding import Embedder
from retrieval.embedding.minilm import MODEL_NAME
from retrieval.indexing import Indexer
from retrieval.parsing import parse
from retrieval.parsing.front_matter import split_front_matter
from retrieval.parsing.markdown import render_markdown, render_mdx
from retrieval.reports import Report
from retrieval.sources import Fetcher, FetchLimits, Source, open_source
from retrieval.stores.embedded import EmbeddedStore
from tests.fake_blog import FakeBlog, fake_blog, page, rss

_LARGEST = 4_000_000
_LIMITS = FetchLimits(largest=_LARGEST, interval=0.0, private=True)
_ADDED = "A sentence that was not here before."


@dataclass(frozen=True, slots=True)
class WebPost:
    """A post of the folder as a site would serve it."""

    path: str
    title: str
    published: date | None
    html: str


async def _read(folder: Path) -> list[WebPost]:
    source = open_source(str(folder), permalinks=None, largest_page=_LARGEST)
    posts = []
    async for one in source.pages({}):
        if isinstance(one, Page):
            document = parse(one, today=datetime.now(UTC).date())
            if isinstance(document, Document):
                _, body = split_front_matter(one.text)
                render = render_mdx if one.format is PageFormat.MDX else render_markdown
                path = f"/posts/{one.post.rsplit('.', 1)[0].replace('/', '-')}/"
                posts.append(WebPost(path, document.title, document.published, render(body)))
    return posts


def _serve(blog: FakeBlog, posts: list[WebPost]) -> None:
    for post in posts:
        time_ = f'<time datetime="{post.published}"></time>' if post.published else ""
        blog.pages[post.path] = page(post.title, time_ + post.html)
    blog.sitemap("/sitemap.xml", [post.path for post in posts])
    entries = [
        (
            post.path,
            post.title,
            f"{post.published:%a, %d %b %Y}" if post.published else "",
            post.html,
        )
        for post in posts
    ]
    blog.pages["/feed.xml"] = rss(blog.url, entries)


class _Measured:
    """An index of one source, with what each reindex took and asked for."""

    def __init__(self, folder: Path, blog: FakeBlog, embedder: Embedder, source: str) -> None:
        self._blog = blog
        self._fetcher = Fetcher(folder / "http.sqlite", _LIMITS)
        self._store = EmbeddedStore(folder / "index")
        self._indexer = Indexer(
            store=self._store, embedder=embedder, clock=lambda: datetime.now(UTC)
        )
        self._source: Source = open_source(
            source, permalinks=None, largest_page=_LARGEST, fetcher=self._fetcher
        )

    async def reindex(self, name: str, what: str) -> None:
        self._blog.asked.clear()
        started = time.perf_counter()
        report: Report = await self._indexer.reindex([self._source])
        seconds = time.perf_counter() - started
        asked = Counter(one.status for one in self._blog.asked)
        requests = ", ".join(f"{count} x {status}" for status, count in sorted(asked.items()))
        print(
            f"| {name} | {what} | {report.posts} | {report.chunks} | {report.embedded} | "
            f"{requests or '-'} | {seconds:.2f} |",
            flush=True,
        )

    async def posts(self) -> dict[str, IndexedPost]:
        index = await self._store.serving()
        assert index is not None
        return dict((await index.catalogue()).posts)

    async def close(self) -> None:
        await self._fetcher.close()
        await self._store.close()


async def _measure(posts_folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        folder = base / "posts"
        shutil.copytree(posts_folder, folder)
        embedder = Embedder(model=MODEL_NAME, folder=None, cache=Path("data") / "models")
        await embedder.load()
        async with fake_blog() as blog:
            posts = await _read(folder)
            print("| source | run | posts | chunks | embedded | requests | seconds |")
            print("|---|---|---|---|---|---|---|")
            found: dict[str, Counter[tuple[str, date | None]]] = {}
            for name, source in (
                ("folder", str(folder)),
                ("feed", f"{blog.url}/feed.xml"),
                ("sitemap", f"{blog.url}/sitemap.xml"),
            ):
                _serve(blog, posts)
                measured = _Measured(base / name, blog, embedder, source)
                await measured.reindex(name, "first")
                indexed = (await measured.posts()).values()
                found[name] = Counter((one.title, one.published) for one in indexed)
                await measured.reindex(name, "unchanged")
                edited = posts[len(posts) // 2]
                changed = WebPost(
                    edited.path, edited.title, edited.published, f"{edited.html}<p>{_ADDED}</p>"
                )
                _serve(blog, [changed if post is edited else post for post in posts])
                file = sorted(folder.rglob("*.md*"))[len(posts) // 2]
                file.write_text(f"{file.read_text('utf-8')}\n\n{_ADDED}\n", "utf-8")
                await measured.reindex(name, "one edited")
                await measured.close()
    for name in ("feed", "sitemap"):
        missing, more = found["folder"] - found[name], found[name] - found["folder"]
        print(f"\n{name}: {missing.total()} posts of the folder missing, {more.total()} others")
        for title, day in [*missing, *more][:10]:
            print(f"- {title} ({day})")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--posts", type=Path, required=True, metavar="FOLDER")
    asyncio.run(_measure(parser.parse_args().posts))


if __name__ == "__main__":
    main()
