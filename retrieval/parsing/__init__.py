"""Turns a page into a document of titled sections: pure, from text and the day of today."""

from retrieval.parsing.posts import parse

__all__ = ["PARSER_VERSION", "parse"]

# Part of each page's digest: a page is read again when the way of reading has changed.
PARSER_VERSION = 4
