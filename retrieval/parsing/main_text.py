"""Finds the part of a web page that is the post: by its own marks, else with an extractor."""

from __future__ import annotations

from lxml import html
from trafilatura import extract

from retrieval.parsing.html import parse_page, text_of

_MAIN_PARTS = (".//main", ".//*[@role='main']")
_NOT_THE_POST = ("footer", "aside", "header", "nav")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def main_part(root: html.HtmlElement) -> html.HtmlElement:
    """Return the element that holds the post.

    One `article`, or one `main`, is taken at its word. Elsewhere an extractor decides.
    """
    marked = _outermost(root.findall(".//article"))
    if len(marked) != 1:
        marked = [found for path in _MAIN_PARTS for found in root.findall(path)][:1] or marked[:1]
    return marked[0] if marked else _extracted(root)


def drop_surroundings(main: html.HtmlElement) -> None:
    """Take away what stands inside the main part and is no text of the post, such as a footer."""
    for part in [found for tag in _NOT_THE_POST for found in main.iter(tag)]:
        if part.getparent() is not None and (part.tag != "header" or part.find(".//p") is None):
            part.drop_tree()


def count_articles(root: html.HtmlElement) -> int:
    """Return how many articles stand side by side in a page: more than one makes it a list."""
    return len(_outermost(root.findall(".//article")))


def _outermost(articles: list[html.HtmlElement]) -> list[html.HtmlElement]:
    return [one for one in articles if next(one.iterancestors("article"), None) is None]


def _extracted(root: html.HtmlElement) -> html.HtmlElement:
    body = root.find(".//body")
    everything = root if body is None else body
    found = extract(
        html.tostring(root, encoding="unicode"),
        output_format="html",
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
    )
    if not found:
        return everything
    main = parse_page(found)
    # The extractor drops the ids that deep links lead to.
    ids = {text_of(one): one.get("id") for one in root.iter(*_HEADINGS) if one.get("id")}
    for heading in main.iter(*_HEADINGS):
        if (name := ids.get(text_of(heading))) is not None:
            heading.set("id", name)
    return main
