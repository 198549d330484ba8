"""Which addresses lie in the open, and a resolver that knows no others."""

from __future__ import annotations

import ipaddress
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult


def may_be_public(host: str) -> bool:
    """Tell whether a host is a name, or an address that is public."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_global) and not address.is_multicast


def refusal(host: str) -> str:
    """Return why a host is not asked for anything."""
    return (
        f"leads to {host}, which is inside a private network; "
        "set ASKBEN_PRIVATE_ADDRESSES=true if your blog is there"
    )


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, so that no page makes askBen look into a network.

    This stands where the connection is made: a name cannot point elsewhere after it was checked.
    """

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses of a name; raises OSError if it has none."""
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if may_be_public(one["host"])]
        if not public:
            raise OSError(refusal(host))
        return public

    async def close(self) -> None:
        """Release nothing."""
        await self._resolver.close()
