"""By which names this Harken is reached: a page of any other name is not ours to give.

Anybody can have a name of theirs lead to this machine (DNS rebinding). Their page would then be
of the same origin as ours in the eyes of a browser inside the network, and read what the browser
may. The Host header tells: a browser sends the name that it was asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)


def host_of(headers: Sequence[str]) -> str | None:
    """Return the host of a request without its port, or None if it is not one host.

    Args:
        headers: every Host header of the request; RFC 9112 demands exactly one.
    """
    found = _HOST.fullmatch(headers[0]) if len(headers) == 1 else None
    return _plain(found[1] or found[2]) if found else None


@dataclass(frozen=True, slots=True)
class OwnHosts:
    """The names that lead here by the operator's will, beside those of this machine itself."""

    names: frozenset[str]

    @classmethod
    def of(cls, base_url: str, bound: str) -> "OwnHosts":
        """Return the hosts of an installation.

        Args:
            base_url: where browsers reach it.
            bound: the name or address that it is configured to listen at.
        """
        hosts = (urlsplit(base_url).hostname or "", bound)
        return cls(frozenset(_plain(host) for host in hosts if host))

    def include(self, host: str, *, server: str | None) -> bool:
        """Return whether ``host``, as `host_of` gives it, is ours.

        Args:
            host: what the request was made to.
            server: the address at which this very connection arrived; a name says nothing.
        """
        if host in self.names or host == "localhost":
            return True
        asked = _address(host)
        return asked is not None and (asked.is_loopback or asked == _address(server or ""))


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _plain(host: str) -> str:
    """Return a host as browsers send it: lower case, ASCII, without a dot at its end."""
    host = host.rstrip(".").lower()
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
