"""Reads HTML into titled sections: headings, paragraphs, lists, quotes, code and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from retrieval.documents import Block, BlockKind, Section

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NOT_TEXT = {
    "audio", "button", "canvas", "embed", "form", "head", "iframe", "input", "nav", "noscript",
    "object", "script", "select", "style", "svg", "template", "textarea", "video",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_TWO_BREAKS = re.compile(r"\n\s*\n")
_ATTRIBUTE_LIST = re.compile(r"\s*\{[:\s]*#(?P<id>[\w:.-]+)[^}]*\}\s*$")


def read_sections(root: html.HtmlElement) -> list[Section]:
    """Return the sections below an element in reading order; the first may have no heading."""
    reader = _SectionReader()
    reader.read(root)
    return reader.finish()


def parse_fragment(markup: str) -> html.HtmlElement:
    """Return a div that holds the elements of a piece of HTML, whatever state it is in."""
    try:
        return html.fragment_fromstring(markup, create_parent="div")
    except (etree.ParserError, ValueError):  # nothing in it, or characters that XML knows not
        return html.fragment_fromstring(_printable(markup), create_parent="div")


def parse_page(markup: str) -> html.HtmlElement:
    """Return the root of a whole HTML page; raises ValueError when there is nothing in it."""
    try:
        return html.document_fromstring(_printable(markup))
    except etree.ParserError as error:
        raise ValueError("the page is empty") from error


def text_of(element: html.HtmlElement) -> str:
    """Return the words of an element on one line, without those a reader does not see."""
    return _one_line("".join(_visible_text(element)))


@dataclass(slots=True)
class _SectionReader:
    """Walks the elements once and closes a section at each heading."""

    _sections: list[Section] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)
    _anchor: str | None = None
    _blocks: list[Block] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)

    def read(self, element: html.HtmlElement) -> None:
        self._add_words(element.text)
        for child in element:
            self._read_child(child)
            self._add_words(child.tail)

    def finish(self) -> list[Section]:
        self._close_paragraph()
        self._close_section()
        return self._sections

    def _read_child(self, child: html.HtmlElement) -> None:
        if not isinstance(child.tag, str) or child.tag in _NOT_TEXT:
            return
        if child.tag == "br":
            self._words.append("\n")
        elif child.tag in _INLINE:
            if not _is_footnote_mark(child):
                self.read(child)
        else:
            self._close_paragraph()
            self._read_block(child)
            self._close_paragraph()

    def _read_block(self, child: html.HtmlElement) -> None:
        if child.tag in _HEADINGS:
            self._open_section(child)
        elif child.tag == "pre":
            self._add_block(BlockKind.CODE, child.text_content().strip("\n").rstrip())
        elif child.tag in {"ul", "ol"}:
            self._add_block(BlockKind.LIST, "\n".join(_list_lines(child)))
        elif child.tag == "blockquote":
            self._add_block(BlockKind.QUOTE, "\n".join(_inner_lines(child)))
        elif child.tag == "table":
            self._add_block(BlockKind.TABLE, "\n".join(_table_lines(child)))
        else:
            self.read(child)

    def _open_section(self, heading: html.HtmlElement) -> None:
        self._close_section()
        text, anchor = text_of(heading), heading.get("id")
        stated = _ATTRIBUTE_LIST.search(text)
        if stated:
            text, anchor = text[: stated.start()], stated["id"]
        level = _HEADINGS[heading.tag]
        self._headings = [above for above in self._headings if above[0] < level]
        if text:
            self._headings.append((level, text))
        self._anchor = anchor or None

    def _close_section(self) -> None:
        # A heading without text under it stays: the title of a post may be one.
        if self._blocks or self._headings:
            headings = tuple(text for _, text in self._headings)
            self._sections.append(Section(headings, self._anchor, tuple(self._blocks)))
        self._blocks = []

    def _close_paragraph(self) -> None:
        # White space of the markup became spaces, so a newline is a <br>, and two make a paragraph.
        lines = [_one_line(part) for part in _TWO_BREAKS.split("".join(self._words))]
        self._words = []
        self._add_block(BlockKind.PARAGRAPH, "\n".join(filter(None, lines)))

    def _add_words(self, text: str | None) -> None:
        if text:
            self._words.append(text.replace("\n", " "))

    def _add_block(self, kind: BlockKind, text: str) -> None:
        if text.strip():
            self._blocks.append(Block(kind, text))


def _inner_lines(element: html.HtmlElement) -> list[str]:
    """Return the lines of everything in a list item, a quote or a table cell."""
    blocks = [block for section in read_sections(element) for block in section.blocks]
    return [line for block in blocks for line in block.text.split("\n")]


def _list_lines(element: html.HtmlElement) -> Iterator[str]:
    number = 0
    for item in element:
        if not isinstance(item.tag, str):
            continue
        lines = _inner_lines(item)
        if not lines:
            continue
        number += 1
        mark = f"{number}." if element.tag == "ol" else "•"
        yield f"{mark} {lines[0]}"
        yield from (f"  {line}" for line in lines[1:])


def _table_lines(table: html.HtmlElement) -> Iterator[str]:
    for row in table.iter("tr"):
        cells = [" ".join(_inner_lines(cell)) for cell in row if isinstance(cell.tag, str)]
        if any(cells):
            yield " | ".join(cells)


def _visible_text(element: html.HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if (
            isinstance(child.tag, str)
            and child.tag not in _NOT_TEXT
            and not _is_footnote_mark(child)
        ):
            yield from _visible_text(child)
        if child.tail:
            yield child.tail


def _is_footnote_mark(element: html.HtmlElement) -> bool:
    """Tell a footnote's number, or the link back from the note, from a power such as x²."""
    classes = element.get("class") or ""
    return "footnote-ref" in classes or "footnote-back" in classes or "headerlink" in classes


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _printable(markup: str) -> str:
    """Drop what lxml refuses in a str: control characters and an encoding declaration."""
    markup = re.sub(r"\A\s*<\?xml[^>]*\?>", "", markup)
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", markup)
