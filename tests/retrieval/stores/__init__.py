"""Tests of retrieval.stores."""
