"""Which network addresses may be connected to. Pure: text and numbers in, a reason out.

Source: the IANA special-purpose registries. ``ipaddress.is_global`` alone will not do: on 3.11
it calls 2002:7f00:1:: (6to4 of 127.0.0.1), 64:ff9b::7f00:1 (NAT64 of it) and 224.0.0.1 global.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

#: Ports that anything public may be fetched from.
WEB_PORTS = frozenset({80, 443, 8080, 8443})
#: Ports of news and mail, which ``Gate.dial`` reaches besides: NNTP and IMAP, plain and in TLS.
NEWS_AND_MAIL_PORTS = frozenset({119, 143, 563, 993})
#: The lowest port that an allowed network opens besides them.
FIRST_OPEN_PORT = 1024

_DENIED: tuple[tuple[IpNetwork, str], ...] = tuple(
    (ip_network(cidr), what)
    for cidr, what in (
        ("0.0.0.0/8", "this machine"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's inner network"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "a link-local address, where clouds keep their secrets"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a reserved network"),
        ("192.0.2.0/24", "a network for documentation"),
        ("192.88.99.0/24", "a reserved network"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a network for benchmarks"),
        ("198.51.100.0/24", "a network for documentation"),
        ("203.0.113.0/24", "a network for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved network"),
        ("::/128", "this machine"),
        ("::1/128", "this machine"),
        ("64:ff9b:1::/48", "a private network"),
        ("100::/64", "a network that discards"),
        ("2001::/23", "a reserved network"),
        ("2001:db8::/32", "a network for documentation"),
        ("3fff::/20", "a network for documentation"),
        ("5f00::/16", "a reserved network"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "a multicast address"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """Networks that the operator opened, such as ``127.0.0.0/8`` or ``10.1.0.0/16``."""

    networks: tuple[IpNetwork, ...] = ()

    @classmethod
    def parse(cls, cidrs: Iterable[str]) -> Self:
        """Return the networks that the texts name.

        Raises:
            ValueError: a text is no network; the message names it.
        """
        return cls(tuple(ip_network(cidr.strip()) for cidr in cidrs if cidr.strip()))

    def __contains__(self, address: IpAddress) -> bool:
        return any(address in network for network in self.networks)


#: Nothing private may be reached. The default everywhere.
NO_PRIVATE_NETWORKS = AllowedNetworks()


def refuse_reason(
    address: str, port: int, allowed: AllowedNetworks, *, ports: Collection[int] = WEB_PORTS
) -> str | None:
    """Return why ``address`` may not be connected to on ``port``, or None when it may.

    Addresses that carry another address inside (mapped, compatible, 6to4, Teredo, NAT64) are
    judged by every address they carry.

    Args:
        address: an IP address, as text.
        port: where at it.
        allowed: the private networks that the operator opened, from port 1024 up.
        ports: those that are open everywhere.
    """
    try:
        outer = _without_zone(ip_address(address))
    except ValueError:
        return "it is not an IP address"
    carried = _carried(outer)
    if carried and all(inner in allowed for inner in carried):
        return _port_reason(port, ports=ports, open_from=FIRST_OPEN_PORT)
    for inner in carried:
        if inner not in allowed and (what := _denied_as(inner)):
            return f"it is {what} (HARKEN_ALLOW_NETWORKS can open it)"
    return _port_reason(port, ports=ports, open_from=None)


def is_within(address: str, allowed: AllowedNetworks) -> bool:
    """Say whether every address that ``address`` carries is in a network the operator opened."""
    try:
        outer = _without_zone(ip_address(address))
    except ValueError:
        return False
    return all(inner in allowed for inner in _carried(outer))


def _port_reason(port: int, *, ports: Collection[int], open_from: int | None) -> str | None:
    if port in ports or (open_from is not None and open_from <= port <= 65535):
        return None
    what = "a web port" if ports is WEB_PORTS else "one of those that are used here"
    return f"port {port} is not {what} ({', '.join(map(str, sorted(ports)))})"


def _denied_as(address: IpAddress) -> str | None:
    return next((what for network, what in _DENIED if address in network), None)


def _without_zone(address: IpAddress) -> IpAddress:
    """Drop the scope of ``fe80::1%eth0``: it would keep the address out of every network."""
    return IPv6Address(int(address)) if isinstance(address, IPv6Address) else address


def _carried(address: IpAddress) -> tuple[IpAddress, ...]:
    """Return the addresses that a packet to this one may reach in the end."""
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo  # the server and the client behind it
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)
