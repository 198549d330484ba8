"""A real browser scrolls to the words that a link names. Without a Chromium, nothing is tested."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.answering.citations import deep_link
from bot.answering.quoting import sentences_of
from bot.answering.types import NumberedPost
from retrieval.chunking import chunk
from retrieval.documents import Document, Page, PageFormat
from retrieval.parsing import parse
from retrieval.parsing.front_matter import split_front_matter
from retrieval.parsing.markdown import render_markdown
from retrieval.queries import Passage
from tests.builders import NOW
from tests.conftest import EXAMPLE_BLOG

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

CLOSED = [  # no sandbox for root, no network but the page, no profile of anybody
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--virtual-time-budget=10000", "--dump-dom"),
]
# Each paragraph stands far below the one before, and the page notes how far down it was scrolled.
PAGE = """<!doctype html><meta charset="utf-8"><style>p, li, h1, h2, h3, pre {{margin-top: 3000px}}
</style><body>{body}<div style="height: 3000px"></div><script>setInterval(() => {{
document.body.dataset.at = scrollY + innerHeight / 2}}, 20)</script>"""
POST = EXAMPLE_BLOG / "posts" / "home-server-power-bill.md"


@pytest.fixture
async def blog() -> AsyncIterator[dict[str, str]]:
    """Serve pages by their names; the address stands under an empty one."""
    pages: dict[str, str] = {}

    async def show(request: web.Request) -> web.Response:
        page = PAGE.format(body=pages[request.match_info["name"]])
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{name}/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    pages[""] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield pages
    await runner.cleanup()


async def scrolled_to(link: str, profile: Path) -> float:
    """Return how far down the middle of the window is when a browser has opened a link."""
    assert CHROMIUM is not None
    browser = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *CLOSED, f"--user-data-dir={profile}", link),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await asyncio.wait_for(browser.communicate(), 60)
    found = re.search(rb'data-at="([\d.]+)"', out)
    assert found, out[-500:]
    return float(found[1])


@pytest.mark.parametrize(
    ("markup", "quote"),
    [
        (
            "It is 8&nbsp;September, well-known &amp; loved (by A&amp;B), 100% “true”, isn’t it?",
            "It is 8 September, well-known & loved (by A&B), 100% “true”, isn’t it?",
        ),
        (
            "The <em>dough</em> is <strong>kneaded</strong> for <code>ten</code> minutes, or more.",
            "The dough is kneaded for ten minutes, or more.",
        ),
        ("面包在烤箱里放了一个小时，味道很好。", "面包在烤箱里放了一个小时，味道很好。"),
        ("Über Größe, naïveté — and emoji 🎉 too.", "Über Größe, naïveté — and emoji 🎉 too."),
    ],
)
async def test_the_browser_scrolls_to_the_quoted_words(
    markup: str, quote: str, blog: dict[str, str], tmp_path: Path
) -> None:
    blog["post"] = f"<p>Before.</p><p>{markup}</p><p>After.</p>"
    link = deep_link(f"{blog['']}/post/", anchor=None, quote=quote)
    assert 5500 < await scrolled_to(link, tmp_path) < 6500


async def test_words_that_are_not_there_leave_the_page_at_its_top(
    blog: dict[str, str], tmp_path: Path
) -> None:
    blog["post"] = "<p>Before.</p><p>Something else.</p>"
    link = deep_link(f"{blog['']}/post/", anchor=None, quote="Knead it.")
    assert await scrolled_to(link, tmp_path) < 1000


async def test_without_its_words_the_heading_is_shown(blog: dict[str, str], tmp_path: Path) -> None:
    blog["post"] = '<p>Before.</p><h2 id="ovens">Ovens</h2><p>Something else.</p>'
    link = deep_link(f"{blog['']}/post/", anchor="ovens", quote="Knead it.")
    assert 5500 < await scrolled_to(link, tmp_path) < 6800


async def test_a_sentence_of_a_real_post_is_found_on_its_page(
    blog: dict[str, str], tmp_path: Path
) -> None:
    text = POST.read_text("utf-8")
    blog["post"] = render_markdown(split_front_matter(text)[1])
    url = f"{blog['']}/post/"
    post = parse(Page(url, url, text, PageFormat.MARKDOWN, "d"), today=NOW.date())
    assert isinstance(post, Document)
    chunks = chunk(post, page_digest="d", count_tokens=lambda t: [len(x) for x in t], limit=2000)
    passage = Passage(tuple(chunks), (0.5,) * len(chunks), best=chunks[0], score=0.5)
    quotable = sentences_of([NumberedPost(1, passage)])
    assert len(quotable) > 20
    found = []
    for sentence in quotable[5::6]:
        link = deep_link(url, anchor=None, quote=sentence.text)
        found.append(await scrolled_to(link, tmp_path))
    assert found == sorted(found)
    assert min(found) > 3000
