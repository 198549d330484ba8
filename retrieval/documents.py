"""The frozen data between the steps of indexing, from a source's page to the index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class PageFormat(StrEnum):
    """How the text of a page is written."""

    MARKDOWN = "markdown"
    MDX = "mdx"
    HTML = "html"  # a whole page
    FEED_ENTRY = "feed entry"  # HTML that is nothing but the post
    PLAIN_TEXT = "plain text"


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What a feed says of a post beside its text."""

    title: str | None = None
    published: date | None = None
    updated: date | None = None
    tags: tuple[str, ...] = ()
    cover: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its source hands it over, read but not yet understood.

    `post` names the page for good: the path inside its folder, or its URL. `url` is where a reader
    opens it when nothing better is known. `permalinks` says how a better one is made of slug and
    date. `facts` are those that the source knows, for where the page itself says nothing. `digest`
    changes whenever the page would be understood differently.
    """

    post: str
    url: str
    text: str
    format: PageFormat
    digest: str
    permalinks: Permalinks | None = None
    facts: StatedFacts = StatedFacts()


@dataclass(frozen=True, slots=True)
class Permalinks:
    """How a site makes the address of a post: its base URL and a pattern for the rest."""

    site_url: str
    pattern: str


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be read or understood. What was indexed of it before is kept."""

    post: str
    why: str


@dataclass(frozen=True, slots=True)
class LeftOutPage:
    """A page that is deliberately not part of the index, such as a draft."""

    post: str
    why: str


@dataclass(frozen=True, slots=True)
class UnlistedPage:
    """A page that its source lists no more, but that is still there. It stays in the index."""

    post: str


SourcePage = Page | FailedPage | LeftOutPage | UnlistedPage


class BlockKind(StrEnum):
    """What a block of text is to its reader."""

    PARAGRAPH = "paragraph"
    LIST = "list"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text as the reader sees it: a paragraph on one line, code and lists on many.

    A block that `continues` was cut off the one before it, for it was too long for one chunk.
    """

    kind: BlockKind
    text: str
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks under one heading. `anchor` is the heading's id where the page states one."""

    headings: tuple[str, ...]
    anchor: str | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A post, understood: what it says, where it is, when it was written.

    `language` is one of `retrieval.languages`, `cover` the address of a picture.
    """

    post: str
    url: str
    title: str
    published: date | None
    updated: date | None
    tags: tuple[str, ...]
    description: str | None
    sections: tuple[Section, ...]
    language: str | None = None
    cover: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage-sized piece of one section of a post, the unit that is embedded and found.

    `id` is a UUID made from the post and from what is embedded, so that it stays the same for as
    long as its text does. `position` counts the chunks of a post from 0.
    """

    id: str
    post: str
    url: str
    title: str
    published: date | None
    updated: date | None
    tags: tuple[str, ...]
    headings: tuple[str, ...]
    anchor: str | None
    position: int
    blocks: tuple[Block, ...]
    page_digest: str
    language: str | None = None
    cover: str | None = None

    @property
    def text(self) -> str:
        """The words of the passage as the reader sees them, blocks parted by an empty line."""
        return join_blocks(self.blocks)

    @property
    def continues(self) -> bool:
        """Whether the chunk begins in the middle of a block that the one before it begins."""
        return self.blocks[0].continues

    @property
    def embedded_text(self) -> str:
        """What is embedded: the text behind the title and the headings it stands under."""
        return f"{context_of(self.title, self.headings)}\n\n{self.text}"

    @property
    def searched_words(self) -> str:
        """What is searched by words: the same, and the month of the post."""
        month = f"{self.published:%B %Y}" if self.published else ""
        return f"{self.embedded_text}\n\n{month}"


def join_blocks(blocks: Iterable[Block]) -> str:
    """Return the text of blocks: parted by an empty line, those that were cut made whole again."""
    text = ""
    for block in blocks:
        if text:
            whole = " " if block.kind is BlockKind.PARAGRAPH else "\n"
            text += whole if block.continues else "\n\n"
        text += block.text
    return text


def context_of(title: str, headings: tuple[str, ...]) -> str:
    """Return the line that says where a passage stands: its title and the headings above it.

    The date is not among them: embedded, a month makes texts of that month alike, and questions
    that name one are answered by the date itself (benchmarks/README.md).
    """
    return " > ".join([title, *headings])


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Weights of words by the number each word is hashed to."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with its two vectors, ready to be stored. `dense` is of unit length."""

    chunk: Chunk
    dense: NDArray[np.float32]
    sparse: SparseVector


@dataclass(frozen=True, slots=True)
class EmbeddedText:
    """The two vectors of a question or a sentence.

    `dense` is of unit length, or empty for a question that is searched for by words alone.
    """

    dense: NDArray[np.float32]
    sparse: SparseVector


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What decides how text becomes vectors; indexes can share chunks only if it is equal."""

    embedding_model: str
    chunker_version: int
    language: str


@dataclass(frozen=True, slots=True)
class IndexedPost:
    """What an index knows of a post without its words.

    `chunk_ids` are in reading order, `size` is in characters. The chunks in `continuing` begin in
    the middle of a block of the chunk before them.
    """

    post: str
    digest: str
    url: str
    title: str
    published: date | None
    tags: tuple[str, ...]
    chunk_ids: tuple[str, ...]
    continuing: frozenset[str]
    size: int


# Of what is measured and how it is judged; an index with another one is measured anew.
MEASURE_VERSION = 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured on an index so that its searches can be judged.

    `trust` says how far the model understands the language of the blog, from 0 to 1; cosines count
    for that much. From an answerability of `answerable_from` on, a question is answered.
    """

    trust: float
    answerable_from: float
    version: int = MEASURE_VERSION


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What is known about a complete index. `dimension` is that of its dense vectors.

    An index without a `calibration` was made by the first version, or is not finished yet.
    """

    fingerprint: Fingerprint
    dimension: int
    posts: int
    chunks: int
    sources: tuple[str, ...]
    built_at: datetime
    calibration: Calibration | None = None
