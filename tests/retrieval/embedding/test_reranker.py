"""The reranker reads question and passage together, by a model of fastembed, in time or not at all.

The model here is a small one made for these tests: it counts how often a passage says `bread`.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from tokenizers import Tokenizer

from retrieval.embedding import Embedder, Reranker, minilm
from retrieval.errors import ModelError
from retrieval.queries import Order, Query, SearchResult
from retrieval.searching import Searcher
from retrieval.stores.embedded import EmbeddedStore

NAME = "Xenova/ms-marco-MiniLM-L-6-v2"
QUESTION = Query("What does the server under the stairs cost in a year?")


def counting_model(word: int) -> onnx.ModelProto:
    """Return a cross-encoder that scores a pair by how often its tokens are that of the word."""
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])
    graph = helper.make_graph(
        [
            helper.make_node("Equal", ["input_ids", "word"], ["same"]),
            helper.make_node("Cast", ["same"], ["ones"], to=TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["ones", "axes"], ["logits"], keepdims=1),
        ],
        "counting",
        [ids],
        [logits],
        [
            helper.make_tensor("word", TensorProto.INT64, [1], [word]),
            helper.make_tensor("axes", TensorProto.INT64, [1], [1]),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


@pytest.fixture
async def folder(embedder: Embedder, model_cache: Path, tmp_path: Path) -> Path:
    await embedder.load()  # which builds the model whose tokenizer is used here
    built = model_cache / minilm.MODEL_NAME.replace("/", "--")
    made = tmp_path / "reranker"
    (made / "onnx").mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copyfile(built / name, made / name)
    shutil.copyfile(built / "config.json", made / "config.json")
    tokenizer = Tokenizer.from_file(str(built / "tokenizer.json"))
    bread = tokenizer.encode("bread", add_special_tokens=False).ids[0]
    onnx.save(counting_model(bread), str(made / "onnx" / "model.onnx"))
    return made


class SlowReranker(Reranker):
    """One that takes longer than anybody waits."""

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        await asyncio.sleep(60)
        return await super().scores(question, passages)


async def posts(
    data: Path,
    embedder: Embedder,
    reranker: Reranker | None,
    query: Query = QUESTION,
    seconds: float = 30,
) -> list[str]:
    store = EmbeddedStore(data / "index")
    searcher = Searcher(store=store, embedder=embedder, reranker=reranker)
    until = asyncio.get_running_loop().time() + seconds
    result: SearchResult = await searcher.search(query, limit=18, rerank_until=until)
    await store.close()
    return [passage.best.post for passage in result.passages]


async def test_passages_are_scored_by_the_model(folder: Path, tmp_path: Path) -> None:
    reranker = Reranker(model=NAME, folder=folder, cache=tmp_path)
    assert await reranker.scores("why?", ["bread and bread", "oats", "bread"]) == [2.0, 0.0, 1.0]


async def test_the_ten_best_posts_are_put_into_its_order(
    folder: Path, example_data: Path, embedder: Embedder, tmp_path: Path
) -> None:
    query = Query("How does he explain overfitting?")
    before = await posts(example_data, embedder, None, query)
    reranker = Reranker(model=NAME, folder=folder, cache=tmp_path)
    after = await posts(example_data, embedder, reranker, query)
    assert sorted(after[:10]) == sorted(before[:10])
    assert after[10:] == before[10:]
    assert after != before
    assert "bread" in (after[0] + after[1])


async def test_one_that_is_too_slow_changes_nothing(
    folder: Path, example_data: Path, embedder: Embedder, tmp_path: Path
) -> None:
    slow = SlowReranker(model=NAME, folder=folder, cache=tmp_path)
    before = await posts(example_data, embedder, None)
    async with asyncio.timeout(5):
        assert await posts(example_data, embedder, slow, seconds=0.2) == before


async def test_one_that_cannot_be_had_changes_nothing(
    example_data: Path, embedder: Embedder, tmp_path: Path
) -> None:
    missing = Reranker(model=NAME, folder=None, cache=tmp_path)
    before = await posts(example_data, embedder, None)
    assert await posts(example_data, embedder, missing) == before
    with pytest.raises(ModelError, match=r"reranker.*ASKBEN_RERANKER_PATH.*hub"):
        await missing.load()


async def test_an_order_that_was_asked_for_stands(
    folder: Path, example_data: Path, embedder: Embedder, tmp_path: Path
) -> None:
    newest = Query("machine learning", order=Order.NEWEST)
    reranker = Reranker(model=NAME, folder=folder, cache=tmp_path)
    assert await posts(example_data, embedder, reranker, newest) == await posts(
        example_data, embedder, None, newest
    )


async def test_an_unknown_reranker_is_named(tmp_path: Path) -> None:
    reranker = Reranker(model="nobody/nothing", folder=None, cache=tmp_path)
    with pytest.raises(ModelError, match=r"reranker nobody/nothing.*ASKBEN_RERANKER_MODEL"):
        await reranker.load()
