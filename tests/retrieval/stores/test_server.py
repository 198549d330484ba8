"""The server store's own promise: a server that does not answer is named as that."""

from __future__ import annotations

import pytest

from retrieval.errors import StoreUnreachable
from retrieval.stores.server import ServerStore


async def test_a_server_that_is_not_there_is_unreachable(unused_tcp_port: int) -> None:
    store = ServerStore.connect(f"http://127.0.0.1:{unused_tcp_port}", api_key=None)
    with pytest.raises(StoreUnreachable, match="ASKBEN_QDRANT_URL"):
        await store.serving()
    await store.close()
    await store.close()
