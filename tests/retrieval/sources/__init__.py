"""Tests of retrieval.sources."""
