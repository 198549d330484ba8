"""What was fetched before, so that what has not changed need not be sent again (RFC 9111, 9110).

One SQLite file: it survives a kill at any moment. Every call here blocks.
"""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS responses (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, final_url TEXT NOT NULL,
    content_type TEXT NOT NULL, noindex INTEGER NOT NULL, body BLOB NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response and the two marks by which its server tells whether it has changed.

    `final_url` is where redirects led, `noindex` the wish of its header not to be found.
    """

    etag: str | None
    last_modified: str | None
    final_url: str
    content_type: str
    noindex: bool
    body: bytes


class HttpCache:
    """Keeps the last response of every address."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(_SCHEMA)

    def get(self, url: str) -> CachedResponse | None:
        """Return the last response of an address, if there is one."""
        row = self._connection.execute(
            "SELECT etag, last_modified, final_url, content_type, noindex, body"
            " FROM responses WHERE url = ?",
            (url,),
        ).fetchone()
        if row is None:
            return None
        etag, last_modified, final_url, content_type, noindex, body = row
        return CachedResponse(
            etag, last_modified, final_url, content_type, bool(noindex), zlib.decompress(body)
        )

    def put(self, url: str, response: CachedResponse) -> None:
        """Keep a response, instead of an earlier one."""
        self._connection.execute(
            "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                url, response.etag, response.last_modified, response.final_url,
                response.content_type, response.noindex, zlib.compress(response.body),
            ),
        )  # fmt: skip

    def forget(self, url: str) -> None:
        """Drop the response of an address that is gone."""
        self._connection.execute("DELETE FROM responses WHERE url = ?", (url,))

    def close(self) -> None:
        """Release the file."""
        self._connection.close()
