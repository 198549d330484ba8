"""Tests of retrieval.parsing."""
