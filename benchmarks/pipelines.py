"""The pipelines that are compared: askBen, and LangChain and LlamaIndex with their own defaults.

All embed with the same model through the same runtime. LangChain and LlamaIndex get the question
before a follow-up put in front of it, for without that they find nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.reading import read_query
from bot.answering.types import Question
from retrieval.embedding import Embedder, minilm
from retrieval.embedding.model_files import ModelChoice, load_model
from retrieval.indexing import Indexer
from retrieval.searching import Searcher
from retrieval.sources import Source, open_source
from retrieval.stores.embedded import EmbeddedStore

if TYPE_CHECKING:
    from fastembed import TextEmbedding

_SUFFIXES = {".md", ".mdx", ".markdown", ".html", ".htm", ".txt"}
_CHUNKS = 60  # asked for, of which the posts are ranked
_BATCH = 256  # fastembed's default
_LARGEST_PAGE = 8_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """The posts that answer, best first, and how sure the pipeline is of the first."""

    posts: list[str]
    sureness: float


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A finished index: how many chunks it holds, and the search in it."""

    chunks: int
    search: Callable[[Question], Awaitable[Found]]


async def load_embedder(data: Path) -> Embedder:
    """Return the embedder with its model loaded, which no pipeline is charged for."""
    embedder = Embedder(model=minilm.MODEL_NAME, folder=None, cache=data / "models")
    await embedder.load()
    return embedder


def source_of(posts: Path) -> Source:
    """Return a folder as askBen reads it."""
    return open_source(str(posts), permalinks=None, largest_page=_LARGEST_PAGE)


@asynccontextmanager
async def askben(posts: Path, data: Path, embedder: Embedder) -> AsyncIterator[Pipeline]:
    """Index a folder with askBen."""
    store = EmbeddedStore(data / "index")
    indexer = Indexer(store=store, embedder=embedder, clock=lambda: datetime.now(UTC))
    report = await indexer.reindex([source_of(posts)])
    searcher = Searcher(store=store, embedder=embedder)

    async def search(question: Question) -> Found:
        result = await searcher.search(read_query(question), limit=20)
        return Found([passage.best.post for passage in result.passages], result.answerability)

    yield Pipeline(report.chunks, search)
    await store.close()


@asynccontextmanager
async def langchain(posts: Path, data: Path, _: Embedder) -> AsyncIterator[Pipeline]:
    """Index a folder with LangChain: chunks of 1000 characters, 200 of them shared, in Qdrant."""
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_qdrant import QdrantVectorStore
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    model = _model(data)

    class SameModel(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vector.tolist() for vector in model.embed(texts, batch_size=_BATCH)]

        def embed_query(self, text: str) -> list[float]:
            vector: list[float] = next(iter(model.query_embed(text))).tolist()
            return vector

    documents = [
        Document(page_content=text, metadata={"post": name}) for name, text in _texts(posts)
    ]
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(documents)
    store = QdrantVectorStore.from_documents(
        chunks, SameModel(), location=":memory:", collection_name="posts"
    )

    async def search(question: Question) -> Found:
        hits = store.similarity_search_with_score(_with_history(question), k=_CHUNKS)
        return _ranked([(document.metadata["post"], score) for document, score in hits])

    yield Pipeline(len(chunks), search)


@asynccontextmanager
async def llamaindex(posts: Path, data: Path, _: Embedder) -> AsyncIterator[Pipeline]:
    """Index a folder with LlamaIndex: chunks of 1024 tokens, 20 of them shared, its own store."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter

    model = _model(data)

    class SameModel(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [vector.tolist() for vector in model.embed(texts, batch_size=_BATCH)]

        def _get_query_embedding(self, query: str) -> list[float]:
            vector: list[float] = next(iter(model.query_embed(query))).tolist()
            return vector

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    documents = [Document(text=text, metadata={"post": name}) for name, text in _texts(posts)]
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    index = VectorStoreIndex(nodes, embed_model=SameModel())
    retriever = index.as_retriever(similarity_top_k=_CHUNKS)

    async def search(question: Question) -> Found:
        hits: Sequence[Any] = retriever.retrieve(_with_history(question))
        return _ranked([(hit.node.metadata["post"], hit.score) for hit in hits])

    yield Pipeline(len(nodes), search)


PIPELINES = {"askben": askben, "langchain": langchain, "llamaindex": llamaindex}


def _model(data: Path) -> TextEmbedding:
    return load_model(ModelChoice(minilm.MODEL_NAME, None, data / "models"))


def _texts(posts: Path) -> list[tuple[str, str]]:
    files = sorted(path for path in posts.rglob("*") if path.suffix.lower() in _SUFFIXES)
    return [
        (path.relative_to(posts).as_posix(), path.read_text("utf-8", "replace")) for path in files
    ]


def _with_history(question: Question) -> str:
    return " ".join([*question.earlier[-1:], question.text])


def _ranked(chunks: Sequence[tuple[str, float]]) -> Found:
    posts = list(dict.fromkeys(post for post, _ in chunks))
    return Found(posts, chunks[0][1] if chunks else 0.0)
