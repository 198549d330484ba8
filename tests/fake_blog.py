"""A blog on loopback: pages, feeds and sitemaps over HTTP, with the faults of real ones."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """A request as it came, and how it was answered."""

    path: str
    status: int
    headers: dict[str, str]


@dataclass
class FakeBlog:
    """What lies at its paths is text, bytes, or a handler of its own; other paths are 404."""

    url: str = ""
    pages: dict[str, str | bytes | Handler] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def paths(self, status: int | None = None) -> list[str]:
        """The paths that were asked for, those that were answered with a status."""
        return [one.path for one in self.asked if status is None or one.status == status]

    def post(self, path: str, title: str, text: str, *, head: str = "") -> None:
        """Put a post at a path."""
        self.pages[path] = page(title, f"<p>{text}</p>", head=head)

    def rss(self, path: str, entries: Iterable[tuple[str, str, str, str]]) -> None:
        """Put an RSS feed at a path, of (path, title, day, whole text or nothing)."""
        self.pages[path] = rss(self.url, entries)

    def sitemap(self, path: str, paths: Iterable[str]) -> None:
        """Put a sitemap at a path."""
        locations = "".join(f"<url><loc>{self.url}{one}</loc></url>" for one in paths)
        self.pages[path] = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>'
        )

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer as a web server with ETags does."""
        at = request.rel_url.path_qs
        found = self.pages.get(at)
        if found is None:
            response: web.StreamResponse = web.Response(status=404, text="not here")
        elif callable(found):
            response = await found(request)
        else:
            body = found.encode() if isinstance(found, str) else found
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == etag:
                response = web.Response(status=304, headers={"ETag": etag})
            else:
                response = web.Response(
                    body=body, headers={"ETag": etag, "Content-Type": self._type_of(at, body)}
                )
        self.asked.append(Asked(at, response.status, dict(request.headers)))
        return response

    def _type_of(self, path: str, body: bytes) -> str:
        guessed = "application/xml" if body.startswith(b"<?xml") else "text/html; charset=utf-8"
        return self.types.get(path, guessed)


def page(title: str, body: str, *, head: str = "") -> str:
    """Return a page as a blog serves it, with what surrounds a post."""
    return (
        f"<!doctype html><html><head><title>{escape(title)}</title>{head}</head><body>"
        "<header><nav><a href='/'>Home</a> <a href='/about/'>About</a></nav></header>"
        f"<main><article><h1>{escape(title)}</h1>{body}</article></main>"
        "<footer>Made by hand, hosted at home.</footer></body></html>"
    )


def rss(url: str, entries: Iterable[tuple[str, str, str, str]]) -> str:
    """Return an RSS feed; an entry without a text has a summary alone."""
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{url}{path}</link>"
        f"<pubDate>{day} 10:00:00 GMT</pubDate>"
        + (
            f"<content:encoded>{escape(text)}</content:encoded>"
            if text
            else "<description>A summary …</description>"
        )
        + "</item>"
        for path, title, day, text in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>A blog</title><link>{url}/</link>{items}</channel></rss>"
    )


@asynccontextmanager
async def fake_blog() -> AsyncIterator[FakeBlog]:
    """Serve a blog on a free port meanwhile."""
    blog = FakeBlog()
    app = web.Application()
    app.router.add_get("/{path:.*}", blog.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    blog.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield blog
    finally:
        await runner.cleanup()


async def hang(_: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits that long")


async def endless(request: web.Request) -> web.StreamResponse:
    """Begin a page that never ends."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    while True:
        await response.write(b"<p>and so on</p>" * 4096)
