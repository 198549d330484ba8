"""Turns text into dense and sparse vectors. The only room that knows fastembed."""

from retrieval.embedding.embedder import Embedder
from retrieval.embedding.reranker import Reranker

__all__ = ["Embedder", "Reranker"]
