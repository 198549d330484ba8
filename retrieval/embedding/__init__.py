"""Turns text into dense and sparse vectors. The only room that knows fastembed."""

from retrieval.embedding.embedder import Embedder

__all__ = ["Embedder"]
