"""A real browser scrolls to the words that a link names, where there is a chromedriver."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
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

DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(DRIVER is None, reason="there is no chromedriver on this machine")

CLOSED = [  # no sandbox for root, no network but the page
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
MIDDLE = "return scrollY + innerHeight / 2"
# Each paragraph stands far below the one before.
PAGE = """<!doctype html><meta charset="utf-8"><style>p, li, h1, h2, h3, pre {{margin-top: 3000px}}
</style><body>{body}<div style="height: 3000px"></div>"""
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


class Browser:
    """A headless Chromium, over WebDriver (https://www.w3.org/TR/webdriver2/)."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def scrolled_to(self, link: str, *, until: Callable[[float], bool]) -> float:
        """Return how far down the middle of the window is when a link has been followed.

        It is looked at until it is as it should be, for three seconds.
        """
        await self.ask("/url", url="about:blank")
        await self.ask("/url", url=link)
        middle = 0.0
        for _ in range(60):
            middle = await self.ask("/execute/sync", script=MIDDLE, args=[])
            if until(middle):
                break
            await asyncio.sleep(0.05)
        return middle

    async def ask(self, path: str, **body: Any) -> Any:
        async with self._session.post(self._url + path, json=body) as response:
            return (await response.json())["value"]


@pytest.fixture
async def browser(unused_tcp_port: int, tmp_path: Path) -> AsyncIterator[Browser]:
    assert DRIVER is not None
    url = f"http://127.0.0.1:{unused_tcp_port}"
    driver = await asyncio.create_subprocess_exec(
        *(DRIVER, f"--port={unused_tcp_port}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert driver.stdout is not None
    while b"successfully" not in await asyncio.wait_for(driver.stdout.readline(), 20):
        pass
    options = {"args": [*CLOSED, f"--user-data-dir={tmp_path}"]}
    async with aiohttp.ClientSession() as session:
        asked = {"alwaysMatch": {"goog:chromeOptions": options}}
        made = await Browser(session, url).ask("/session", capabilities=asked)
        at = f"{url}/session/{made['sessionId']}"
        yield Browser(session, at)
        await (await session.delete(at)).read()
    driver.terminate()
    await driver.communicate()


def below(pixels: float) -> Callable[[float], bool]:
    return lambda at: pixels - 500 < at < pixels + 800


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
    markup: str, quote: str, blog: dict[str, str], browser: Browser
) -> None:
    blog["post"] = f"<p>Before.</p><p>{markup}</p><p>After.</p>"
    link = deep_link(f"{blog['']}/post/", anchor=None, quote=quote)
    assert below(6000)(await browser.scrolled_to(link, until=below(6000)))


async def test_words_that_are_not_there_leave_the_page_at_its_top(
    blog: dict[str, str], browser: Browser
) -> None:
    blog["post"] = "<p>Before.</p><p>Something else.</p>"
    link = deep_link(f"{blog['']}/post/", anchor=None, quote="Knead it.")
    assert await browser.scrolled_to(link, until=below(6000)) < 1000


async def test_without_its_words_its_heading_is_shown(
    blog: dict[str, str], browser: Browser
) -> None:
    blog["post"] = '<p>Before.</p><h2 id="ovens">Ovens</h2><p>Something else.</p>'
    link = deep_link(f"{blog['']}/post/", anchor="ovens", quote="Knead it.")
    assert below(6000)(await browser.scrolled_to(link, until=below(6000)))


async def test_a_sentence_of_a_real_post_is_found_on_its_page(
    blog: dict[str, str], browser: Browser
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
        found.append(await browser.scrolled_to(link, until=lambda at: at > 3000))
    assert found == sorted(found)
    assert min(found) > 3000
