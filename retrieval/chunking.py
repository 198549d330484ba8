"""Cuts a document into chunks that fit the embedding model, never across a heading."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from retrieval.documents import Block, BlockKind, Chunk, Document, Section, context_of, join_blocks
from retrieval.languages import detect_language
from retrieval.sentences import sentences

CHUNKER_VERSION = 2
_LONGEST = 192  # tokens; texts of 128 to 192 are found best, see benchmarks/README.md

# The ids of chunks live in a UUID namespace of their own (RFC 9562, version 5).
_NAMESPACE = uuid.UUID("5b1f5f4e-8b0e-5d0c-9a55-61736b42656e")
_SPECIAL_TOKENS = 4  # the model's own marks around a text, and the line breaks after the context
_SMALLEST_BUDGET = 64  # tokens left for the text below a very long title
_WHOLE = {BlockKind.CODE, BlockKind.TABLE, BlockKind.QUOTE}
_LETTERS = 8  # a token has no more than that of them in any natural text
_WHOLE_UP_TO = 4  # times the budget: beyond, even code is cut, between its lines

CountTokens = Callable[[Sequence[str]], list[int]]


def chunk(
    document: Document, *, page_digest: str, count_tokens: CountTokens, limit: int
) -> list[Chunk]:
    """Cut a document into chunks of at most `limit` tokens each, their context included.

    Code, tables and quotes are kept whole even where they are longer than that: the model then
    reads their beginning only, while the search by words sees all of them.
    """
    chunks: list[Chunk] = []
    seen: Counter[str] = Counter()
    for section in document.sections:
        context = context_of(document.title, section.headings)
        length = min(limit, _LONGEST)
        budget = max(_SMALLEST_BUDGET, length - count_tokens([context])[0] - _SPECIAL_TOKENS)
        for blocks in _pack(section, count_tokens, budget):
            text = join_blocks(blocks)
            content = f"{document.post}\0{context}\0{text}"
            seen[content] += 1
            chunks.append(
                Chunk(
                    id=str(uuid.uuid5(_NAMESPACE, f"{content}\0{seen[content]}")),
                    post=document.post,
                    url=document.url,
                    title=document.title,
                    published=document.published,
                    updated=document.updated,
                    tags=document.tags,
                    headings=section.headings,
                    anchor=section.anchor,
                    position=len(chunks),
                    blocks=blocks,
                    page_digest=page_digest,
                    language=document.language,
                    cover=document.cover,
                )
            )
    return chunks


def _pack(section: Section, count_tokens: CountTokens, budget: int) -> Iterator[tuple[Block, ...]]:
    """Fill chunks with blocks one after the other, each as full as the budget allows."""
    packed: list[Block] = []
    used = 0
    for block, tokens in _pieces(section, count_tokens, budget):
        if packed and used + tokens > budget:
            yield tuple(packed)
            packed, used = [], 0
        packed.append(block)
        used += tokens
    if packed:
        yield tuple(packed)


def _pieces(
    section: Section, count_tokens: CountTokens, budget: int
) -> Iterator[tuple[Block, int]]:
    """Yield the blocks with their lengths, those that are too long cut into several."""
    lengths = count_tokens([block.text for block in section.blocks])
    for block, tokens in zip(section.blocks, lengths, strict=True):
        whole_up_to = budget * (_WHOLE_UP_TO if block.kind in _WHOLE else 1)
        # The tokenizer takes a word of many thousand letters for a single unknown token.
        if max(tokens, len(block.text) // _LETTERS) <= whole_up_to:
            yield block, tokens
        else:
            yield from _cut(block, count_tokens, budget)


def _cut(block: Block, count_tokens: CountTokens, budget: int) -> Iterator[tuple[Block, int]]:
    if block.kind is BlockKind.PARAGRAPH:
        parts, joint = sentences(block.text, detect_language([block.text])), " "
    else:
        parts, joint = block.text.split("\n"), "\n"
    parts = [piece for part in parts for piece in _cut_at_spaces(part, _LETTERS * budget)]
    gathered: list[str] = []
    used, continues = 0, False
    for part, tokens in zip(parts, count_tokens(parts), strict=True):
        if gathered and used + tokens > budget:
            yield Block(block.kind, joint.join(gathered), continues), used
            gathered, used, continues = [], 0, True
        gathered.append(part)
        used += tokens
    if gathered:
        yield Block(block.kind, joint.join(gathered), continues), used


def _cut_at_spaces(text: str, longest: int) -> Iterator[str]:
    """Cut what no sentence or line end parts, such as a data URI, into pieces that fit."""
    while len(text) > longest:
        end = text.rfind(" ", 1, longest) + 1 or longest
        yield text[:end].rstrip()
        text = text[end:]
    yield text
