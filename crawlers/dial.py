"""Opening connections: the one place that decides where a socket may lead.

A name is checked after it was resolved and before it is connected to, and what is connected to
is the address that was checked. Checking the URL alone would leave DNS rebinding open.
"""

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType, TCPConnector
from typing_extensions import override

from crawlers.addresses import AllowedNetworks, refuse_reason
from crawlers.errors import AddressRefused


class CheckingResolver(AbstractResolver):
    """Resolves names and refuses a name when any of its addresses is refused."""

    def __init__(self, allowed: AllowedNetworks) -> None:
        self._allowed = allowed

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``, each of which may be connected to.

        Raises:
            AddressRefused: one of them may not.
            OSError: the name cannot be resolved.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        for *_, address in found:
            _check(host, address=str(address[0]), port=port, allowed=self._allowed)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    @override
    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def checking_connector(allowed: AllowedNetworks, *, per_host: int) -> TCPConnector:
    """Return a connector that opens sockets to permitted addresses only.

    The resolver sees names; the socket factory sees every address, also one that stood in the
    URL, in the moment before it is connected to.
    """

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        _check(str(address[0]), address=str(address[0]), port=int(address[1]), allowed=allowed)
        return socket.socket(family=family, type=kind, proto=protocol)

    return TCPConnector(
        resolver=CheckingResolver(allowed),
        socket_factory=open_socket,
        limit_per_host=per_host,
        ttl_dns_cache=60,
    )


def _check(host: str, *, address: str, port: int, allowed: AllowedNetworks) -> None:
    because = refuse_reason(address, port, allowed)
    if because is not None:
        raise AddressRefused(host, address=address, because=because)
