"""Feeds of every kind give the same entries, and what is no feed is told apart."""

from __future__ import annotations

import json
from datetime import date

import pytest

from retrieval.documents import StatedFacts
from retrieval.parsing.feeds import FeedEntry, read_feed

AT = "https://ben.example/feed.xml"
BREAD = FeedEntry(
    url="https://ben.example/bread/",
    facts=StatedFacts("On bread", date(2024, 5, 17), date(2024, 6, 1), ("bread", "oven")),
    content="<p>Knead it.</p>",
)
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Ben</title>
<entry><title>On bread</title><link rel="alternate" href="/bread/"/><id>tag:ben,1</id>
<published>2024-05-17T23:30:00-08:00</published><updated>2024-06-01T00:00:00Z</updated>
<category term="bread"/><category term="oven"/>
<content type="html">&lt;p&gt;Knead it.&lt;/p&gt;</content></entry></feed>"""
RSS = """<?xml version="1.0"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Ben</title><item><title>On bread</title><link>https://ben.example/bread/</link>
<pubDate>Fri, 17 May 2024 08:00:00 GMT</pubDate><atom:updated>2024-06-01T00:00:00Z</atom:updated>
<category>bread</category><category>oven</category><description>About bread …</description>
<content:encoded><![CDATA[<p>Knead it.</p>]]></content:encoded></item></channel></rss>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "url": "https://ben.example/bread/",
                "title": "On bread",
                "date_published": "2024-05-17T08:00:00Z",
                "date_modified": "2024-06-01T08:00:00Z",
                "tags": ["bread", "oven"],
                "content_html": "<p>Knead it.</p>",
            },
            {"title": "without an address"},
        ],
    }
)


def entries(text: str) -> list[FeedEntry]:
    return read_feed(text.encode(), AT) or []


@pytest.mark.parametrize("text", [ATOM, RSS, JSON_FEED], ids=["Atom", "RSS", "JSON Feed"])
def test_every_kind_of_feed_says_the_same(text: str) -> None:
    assert read_feed(text.encode(), AT) == [BREAD]


@pytest.mark.parametrize(
    "text", ["", "no feed", "{}", "{broken", "[1]", "<html><p>A page</p></html>", "<urlset/>"]
)
def test_what_is_no_feed_is_none(text: str) -> None:
    assert read_feed(text.encode(), AT) is None


def test_a_feed_without_entries_is_still_a_feed() -> None:
    assert read_feed(b'<rss version="2.0"><channel><title>Ben</title></channel></rss>', AT) == []


@pytest.mark.parametrize("end", ["…", "[...]", "Read more", "Continue reading →"])
def test_a_text_that_is_cut_off_is_not_the_whole_post(end: str) -> None:
    cut = RSS.replace("Knead it.", f"Knead it, and then {end}")
    (entry,) = entries(cut)
    assert entry.content is None


def test_a_long_summary_without_an_end_mark_is_the_post() -> None:
    whole = f"<p>{'Knead it for ten minutes. ' * 80}</p>"
    text = RSS.replace("About bread …", whole.replace("<", "&lt;"))
    text = text.replace("<![CDATA[<p>Knead it.</p>]]>", "")
    (entry,) = entries(text)
    assert entry.content is not None
    assert entry.content.strip() == whole


def test_a_feed_that_breaks_off_gives_the_entries_before() -> None:
    broken = ATOM.replace("</entry></feed>", "</entry><entry><title>Half of")
    assert BREAD in (read_feed(broken.encode(), AT) or ())


def test_titles_lose_their_markup() -> None:
    text = ATOM.replace("<title>On bread", '<title type="html">On &lt;em&gt;bread&lt;/em&gt;')
    (entry,) = entries(text)
    assert entry.facts.title == "On bread"


RSS_ITEM = """<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Ben</title><language>el-GR</language><item><title>On bread</title>
<link>https://ben.example/bread/</link>{cover}</item></channel></rss>"""


@pytest.mark.parametrize(
    "cover",
    [
        '<media:thumbnail url="https://ben.example/b.png"/>',
        '<media:content url="https://ben.example/b.png" medium="image"/>',
        '<enclosure url="https://ben.example/b.png" type="image/png" length="1"/>',
    ],
)
def test_a_feed_names_covers_and_its_language(cover: str) -> None:
    (entry,) = entries(RSS_ITEM.format(cover=cover))
    assert (entry.facts.cover, entry.facts.language) == ("https://ben.example/b.png", "el-GR")


def test_a_recording_is_no_cover() -> None:
    sound = '<enclosure url="https://ben.example/b.mp3" type="audio/mpeg" length="1"/>'
    film = '<media:content url="https://ben.example/b.mp4" medium="video"/>'
    (entry,) = entries(RSS_ITEM.format(cover=sound + film))
    assert entry.facts.cover is None


def test_a_json_feed_names_covers_and_its_language() -> None:
    (entry,) = entries(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "language": "el",
                "items": [{"url": "/bread/", "image": "https://ben.example/b.png"}],
            }
        )
    )
    assert (entry.facts.cover, entry.facts.language) == ("https://ben.example/b.png", "el")
