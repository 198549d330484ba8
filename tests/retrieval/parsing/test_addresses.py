"""Addresses tell which of them are the same page, and which are no post."""

from __future__ import annotations

import gzip

import pytest

from retrieval.parsing.addresses import (
    canonical_url,
    is_of_site,
    may_be_post,
    normalised,
    same_page,
    without_lists,
)
from retrieval.parsing.links import read_links
from retrieval.parsing.sitemaps import Sitemap, read_sitemap


@pytest.mark.parametrize(
    "other",
    [
        "http://ben.example/bread",
        "https://www.ben.example/bread/",
        "https://BEN.example:443/bread/#crust",
        "https://ben.example/bread/?utm_source=feed&fbclid=1",
        "https://ben.example/bread/index.html",
    ],
)
def test_one_page_has_many_addresses(other: str) -> None:
    assert same_page(other) == same_page("https://ben.example/bread/")


def test_a_query_that_is_no_tracker_is_another_page() -> None:
    assert same_page("https://ben.example/?p=1") != same_page("https://ben.example/?p=2")


def test_an_address_is_normalised_without_losing_what_leads_there() -> None:
    stated = "HTTPS://Ben.Example:443/Bread/?page=2&utm_medium=x#top"
    assert normalised(stated) == "https://ben.example/Bread/?page=2"


def test_a_canonical_address_counts_on_the_same_host_alone() -> None:
    own = "https://ben.example/2024/bread/"
    assert canonical_url(own, "/bread/") == "https://ben.example/bread/"
    assert canonical_url(own, "https://www.ben.example/bread/") == "https://www.ben.example/bread/"
    assert canonical_url(own, "https://elsewhere.example/bread/") == own
    assert canonical_url(own, None) == own


def test_a_site_holds_what_lies_below_it() -> None:
    assert is_of_site("https://ben.example/blog/bread/", "https://ben.example/blog/")
    assert not is_of_site("https://ben.example/blogger/", "https://ben.example/blog/")
    assert not is_of_site("mailto:ben@ben.example", "https://ben.example/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/bread/", True),
        ("/2024/05/bread.html", True),
        ("/", False),
        ("/logo.png", False),
        ("/feed.xml", False),
        ("/tags/bread/", False),
        ("/blog/page/2/", False),
    ],
)
def test_some_paths_are_no_posts(path: str, expected: bool) -> None:
    assert may_be_post(f"https://ben.example{path}") is expected


def test_what_several_posts_lie_below_is_a_list_of_them() -> None:
    posts = [f"https://ben.example/blog/{name}/" for name in ("bread", "salt", "oil")]
    assert without_lists(["https://ben.example/blog/", *posts]) == posts


def test_a_sitemap_lists_each_address_once() -> None:
    body = (
        b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        b"<url><loc> https://ben.example/bread/ </loc>"
        b"<image:image><image:loc>https://ben.example/bread.png</image:loc></image:image></url>"
        b"<url><loc>/salt/</loc></url><url><loc>https://ben.example/bread/</loc></url></urlset>"
    )
    expected = Sitemap(("https://ben.example/bread/", "https://ben.example/salt/"), ())
    assert read_sitemap(body, "https://ben.example/sitemap.xml") == expected
    assert read_sitemap(gzip.compress(body), "https://ben.example/sitemap.xml.gz") == expected


@pytest.mark.parametrize("body", [b"", b"\x1f\x8bbroken", b"<html/>", b"no xml", b"<rss/>"])
def test_what_is_no_sitemap_is_none(body: bytes) -> None:
    assert read_sitemap(body, "https://ben.example/sitemap.xml") is None


def test_a_sitemap_cannot_make_askben_read_files() -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
        b"<urlset><url><loc>https://ben.example/&secret;</loc></url></urlset>"
    )
    found = read_sitemap(body, "https://ben.example/sitemap.xml")
    assert found is None or all(page == "https://ben.example/" for page in found.pages)


def test_a_page_names_its_feeds_and_where_it_leads() -> None:
    links = read_links(
        '<head><base href="/blog/"><link rel="alternate" type="application/atom+xml" href="atom">'
        '<link rel="alternate" hreflang="de" href="/de/"></head><body><a href="bread/">Bread</a>'
        '<a href="bread/">Again</a><a rel="nofollow" href="/login">Log in</a><a>No</a>'
        '<a href="http://[broken">Broken</a></body>',
        "https://ben.example/",
    )
    assert links.feeds == ("https://ben.example/blog/atom",)
    assert links.pages == ("https://ben.example/blog/bread/",)
