"""A page of a site is read as its author meant it: what it says of itself, nothing around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retrieval.documents import Document, LeftOutPage, PageFormat, StatedFacts
from retrieval.parsing import parse
from tests.builders import a_page
from tests.fake_blog import page

URL = "https://ben.example/bread/"
TODAY = date(2026, 3, 1)
JSON_LD = (
    '{"@graph": [{"@type": "Person"}, {"@type": ["BlogPosting"], "datePublished": "2024-05-17"}]}'
)


def parsed(markup: str, facts: StatedFacts | None = None) -> Document | LeftOutPage:
    read = a_page(markup, post=URL, format=PageFormat.HTML)
    read = replace(read, url=URL, facts=facts or StatedFacts())
    return parse(read, today=TODAY)


def document(markup: str, facts: StatedFacts | None = None) -> Document:
    found = parsed(markup, facts)
    assert isinstance(found, Document)
    return found


def words(found: Document) -> list[str]:
    return [block.text for section in found.sections for block in section.blocks]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:published_time" content="2024-05-17T08:00:00Z">', ""),
        (
            f'<script type="application/ld+json">{JSON_LD}</script>',
            "",
        ),
        ("", '<time datetime="2024-05-17">17 May</time>'),
    ],
    ids=["meta", "JSON-LD", "time"],
)
def test_the_day_is_read_wherever_it_is_stated(head: str, body: str) -> None:
    found = document(page("Bread", f"{body}<p>Knead it.</p>", head=head))
    assert found.published == date(2024, 5, 17)


def test_the_page_wins_over_no_day_and_the_feed_over_the_page() -> None:
    head = '<meta property="article:published_time" content="2024-05-18">'
    facts = StatedFacts(title="From the feed", published=date(2024, 5, 17), tags=("bread",))
    found = document(page("Bread", "<p>Knead it.</p>", head=head), facts)
    assert (found.title, found.published) == ("From the feed", date(2024, 5, 17))
    assert found.tags == ("bread",)


def test_what_surrounds_the_post_is_no_text_of_it() -> None:
    assert words(document(page("Bread", "<p>Knead it.</p>"))) == ["Knead it."]


def test_a_page_without_marks_is_left_to_an_extractor_and_keeps_its_ids() -> None:
    text = "Knead the dough for ten minutes, until it is smooth and comes off the bowl. " * 4
    found = document(
        "<html><head><title>Bread</title></head><body><div class='menu'><a href='/'>Home</a>"
        f"<a href='/x'>Other things</a></div><div><h1>Bread</h1><p>{text}</p>"
        f"<h2 id='crust'>The crust</h2><p>{text}</p></div></body></html>"
    )
    assert {section.anchor for section in found.sections} == {None, "crust"}
    assert "Home" not in " ".join(words(found))


def test_the_address_is_the_one_that_the_page_names() -> None:
    head = '<link rel="canonical" href="/baking/bread/">'
    found = document(page("Bread", "<p>Knead it.</p>", head=head))
    assert found.url == "https://ben.example/baking/bread/"


def test_a_page_that_asks_not_to_be_indexed_is_left_out() -> None:
    head = '<meta name="robots" content="NOINDEX, follow">'
    found = parsed(page("Bread", "<p>Knead it.</p>", head=head))
    assert found == LeftOutPage(URL, "asks not to be indexed (noindex)")


def test_a_page_of_several_articles_is_a_list_and_no_post() -> None:
    several = "<main><article><p>One.</p></article><article><p>Two.</p></article></main>"
    assert parsed(f"<html><body>{several}</body></html>") == LeftOutPage(URL, "is a list of posts")


def test_a_future_post_is_left_out() -> None:
    found = parsed(page("Bread", "<p>Knead it.</p>"), StatedFacts(published=date(2026, 3, 2)))
    assert isinstance(found, LeftOutPage)
    assert "future" in found.why


def test_a_post_without_text_can_be_found_by_the_title_that_its_feed_gives() -> None:
    found = document(page("", ""), StatedFacts(title="Moved to another site"))
    assert words(found) == ["Moved to another site"]
    assert parsed(page("", "")) == LeftOutPage(URL, "is empty")


def test_the_head_of_a_page_names_cover_and_language() -> None:
    found = document(
        '<html lang="el"><head><meta property="og:image" content="/images/bread.png"></head>'
        "<body><article><h1>Ψωμί</h1><p>Μία ώρα.</p></article></body></html>"
    )
    assert found.cover == "https://ben.example/images/bread.png"
    assert found.language == "greek"
