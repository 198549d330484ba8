"""What can go wrong in retrieval, as a tree. A message is one sentence for whoever reads it.

RetrievalError
├── SourceError          a source cannot be read at all
├── PageError            one page cannot be read or understood; the others can
│   └── FetchError       it cannot be fetched
│       ├── PageGone     there is nothing (any more) at its address
│       └── PageRefused  its server does not want to give it
├── ModelError           no embedding model or reranker, or not the one that was asked for
├── ReindexRunning       one reindex at a time
├── ReindexRefused       a reindex would lose so much that it has to be forced
└── StoreError           the index cannot be read or written
    ├── StoreBusy        another process holds the data folder
    ├── StoreUnreachable the Qdrant server does not answer
    ├── BackupError      a backup cannot be written, or is none
    └── NoIndex          nothing has been indexed yet
"""


class RetrievalError(Exception):
    """The root of all errors of this package."""


class SourceError(RetrievalError):
    """A source cannot be read at all."""


class PageError(RetrievalError):
    """One page cannot be read or understood; the message is the reason, without the page's name."""


class FetchError(PageError):
    """A page cannot be fetched."""


class PageGone(FetchError):
    """There is nothing, or nothing any more, at the address of a page."""


class PageRefused(FetchError):
    """A server does not want to give what lies at an address."""


class ModelError(RetrievalError):
    """No embedding model or reranker, or not the one that was asked for."""


class ReindexRunning(RetrievalError):
    """One reindex at a time: another is under way."""


class ReindexRefused(RetrievalError):
    """A reindex would lose so much, posts or answers, that it has to be forced."""


class StoreError(RetrievalError):
    """The index cannot be read or written."""


class StoreBusy(StoreError):
    """Another process holds the data folder."""


class StoreUnreachable(StoreError):
    """The Qdrant server does not answer."""


class BackupError(StoreError):
    """A backup cannot be written, or is none."""


class NoIndex(StoreError):
    """Nothing has been indexed yet."""
