"""Opening connections: the one place that decides where a socket may lead.

A name is checked after it was resolved and before it is connected to, and what is connected to
is the address that was checked. Checking the URL alone would leave DNS rebinding open.
"""

import asyncio
import socket
import ssl
from collections.abc import Collection, Sequence
from typing import Protocol

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType, TCPConnector
from typing_extensions import override

from crawlers.addresses import (
    NEWS_AND_MAIL_PORTS,
    WEB_PORTS,
    AllowedNetworks,
    is_within,
    refuse_reason,
)
from crawlers.errors import AddressRefused, TimedOut, Unreachable
from crawlers.urls import parse_host

#: For how long a name's addresses are believed. Each is checked again when it is connected to.
DNS_SECONDS = 60
#: Where ``dial`` may lead outside the operator's networks.
DIALLED_PORTS = WEB_PORTS | NEWS_AND_MAIL_PORTS

Family = socket.AddressFamily
#: What ``dial`` returns.
Connection = socket.socket


class Lookup(Protocol):
    """Turns names into addresses: the system's way, or a test's."""

    async def __call__(
        self, host: str, port: int, *, family: Family
    ) -> Sequence[tuple[Family, str]]:
        """Return the kind and text of each address of ``host``, best first.

        Raises:
            OSError: the name cannot be resolved.
        """
        ...


async def system_lookup(host: str, port: int, *, family: Family) -> Sequence[tuple[Family, str]]:
    """Ask the system's resolver, in a thread."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
    return [(kind, str(address[0])) for kind, *_, address in found]


class CheckingResolver(AbstractResolver):
    """Resolves names and refuses a name when any of its addresses is refused."""

    def __init__(
        self,
        allowed: AllowedNetworks,
        *,
        lookup: Lookup = system_lookup,
        ports: Collection[int] = WEB_PORTS,
    ) -> None:
        self._allowed = allowed
        self._lookup = lookup
        self._ports = ports

    @override
    async def resolve(
        self, host: str, port: int = 0, family: Family = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``, each of which may be connected to.

        Raises:
            AddressRefused: one of them may not.
            OSError: the name cannot be resolved.
        """
        found = await self._lookup(host, port, family=family)
        for _, address in found:
            _check(host, address=address, port=port, allowed=self._allowed, ports=self._ports)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, address in found
        ]

    @override
    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def checking_connector(
    allowed: AllowedNetworks,
    *,
    per_host: int,
    idle_seconds: float = 15,
    lookup: Lookup = system_lookup,
    only_allowed: bool = False,
) -> TCPConnector:
    """Return a connector that opens sockets to permitted addresses only.

    The resolver sees names; the socket factory sees every address, also one that stood in the
    URL, in the moment before it is connected to.

    Args:
        allowed: private networks that the operator opened.
        per_host: connections that a host sees at a time.
        idle_seconds: for how long a connection waits for its host's next request.
        lookup: how names are resolved.
        only_allowed: nothing but the operator's networks is permitted.
    """

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        where = str(address[0])
        _check(where, address=where, port=int(address[1]), allowed=allowed)
        if only_allowed and not is_within(where, allowed):
            because = "what is secret goes without encryption to HARKEN_ALLOW_NETWORKS only"
            raise AddressRefused(where, address=where, because=because)
        return socket.socket(family=family, type=kind, proto=protocol)

    return TCPConnector(
        resolver=CheckingResolver(allowed, lookup=lookup),
        socket_factory=open_socket,
        limit_per_host=per_host,
        ttl_dns_cache=DNS_SECONDS,
        keepalive_timeout=idle_seconds,
    )


async def dial(
    host: str,
    port: int,
    *,
    tls: bool,
    allowed: AllowedNetworks,
    lookup: Lookup = system_lookup,
    connect_seconds: float,
    stall_seconds: float,
) -> Connection:
    """Return a connected, blocking socket for a protocol that is read in a thread.

    Every address of ``host`` is checked, and what is connected to is an address that was.

    Args:
        host: a name or an IP address.
        port: one of ``DIALLED_PORTS``, or from 1024 up in an allowed network.
        tls: speak TLS from the first byte, and hold the certificate to ``host``.
        allowed: private networks that the operator opened.
        lookup: how names are resolved.
        connect_seconds: for each address, and for the handshake.
        stall_seconds: the socket's timeout, for each later read and write.

    Raises:
        BadUrl: ``host`` is no host.
        AddressRefused: one of its addresses, or the port, may not be reached.
        Unreachable: nobody there, or a certificate that isn't good.
        TimedOut: no connection in time.
    """
    name = parse_host(host)
    resolver = CheckingResolver(allowed, lookup=lookup, ports=DIALLED_PORTS)
    try:
        addresses = await resolver.resolve(name, port)
    except OSError as error:
        raise Unreachable(name, problem="no such name is known") from error
    connected = await _first_that_answers(name, addresses, seconds=connect_seconds)
    connected.settimeout(connect_seconds)
    try:
        if tls:
            connected = await asyncio.to_thread(_encrypted, connected, name)
    except TimeoutError as error:
        connected.close()
        raise TimedOut(name, seconds=connect_seconds, waited_for="no encryption") from error
    except OSError as error:  # ssl.SSLError among them
        connected.close()
        problem = "its certificate or encryption is not valid"
        raise Unreachable(name, problem=problem) from error
    except asyncio.CancelledError:
        connected.close()
        raise
    connected.settimeout(stall_seconds)
    return connected


async def _first_that_answers(
    host: str, addresses: Sequence[ResolveResult], *, seconds: float
) -> socket.socket:
    loop = asyncio.get_running_loop()
    problem: Exception = Unreachable(host, problem="it has no address")
    for address in addresses:
        opened = socket.socket(family=address["family"], type=socket.SOCK_STREAM)
        opened.setblocking(False)
        try:
            async with asyncio.timeout(seconds):
                await loop.sock_connect(opened, (address["host"], address["port"]))
        except TimeoutError:
            problem = TimedOut(host, seconds=seconds, waited_for="no connection")
        except OSError as error:
            because = error.strerror or "the connection is refused"
            problem = Unreachable(host, problem=because)
        except asyncio.CancelledError:
            opened.close()
            raise
        else:
            return opened
        opened.close()
    raise problem


def _encrypted(connected: socket.socket, host: str) -> socket.socket:
    return ssl.create_default_context().wrap_socket(connected, server_hostname=host)


def _check(
    host: str,
    *,
    address: str,
    port: int,
    allowed: AllowedNetworks,
    ports: Collection[int] = WEB_PORTS,
) -> None:
    because = refuse_reason(address, port, allowed, ports=ports)
    if because is not None:
        raise AddressRefused(host, address=address, because=because)
