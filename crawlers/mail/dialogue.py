"""Talking with servers of mail and news: in a thread, for a bounded time, and with passwords.

What is said is bounded by the clock as a whole: a server that sends a byte now and then would
never let a timeout of the socket strike.
"""

import asyncio
import ipaddress
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from crawlers.errors import BadUrl, NotAllowed, TimedOut, Truncated
from crawlers.fetch import Connection

T = TypeVar("T")

#: For one exchange: a login, a search, a few messages.
EXCHANGE_SECONDS = 60.0
_BOTH_WAYS = 2  # socket.SHUT_RDWR
_PORTS = {"imap": 143, "imaps": 993, "nntp": 119, "nntps": 563}


class LoginRefused(NotAllowed):
    """{host} does not let us in: {said}.

    Check the source's user and password; many providers want a password of its own for a program.
    """

    def __init__(self, host: str, *, said: str) -> None:
        self.host = host
        self.said = said
        super().__init__(host, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server of mail or news is."""

    host: str
    port: int
    tls: bool
    path: str  # without slashes around it, decoded

    @property
    def may_hear_passwords(self) -> bool:
        """Whether a password sent there can be read by nobody else on its way."""
        return self.tls or is_this_machine(self.host)


def parse_server(url: str, *, scheme: str) -> Server:
    """Return what ``scheme://host:port/path``, or the same with an s for TLS, names.

    Raises:
        BadUrl: it is something else.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadUrl("it cannot be read") from error
    if parts.scheme not in {scheme, f"{scheme}s"} or not parts.hostname:
        raise BadUrl(f"it is written like {scheme}s://host/")
    if "@" in parts.netloc:
        raise BadUrl("it holds a user name; the source's options name the user")
    return Server(
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        tls=parts.scheme.endswith("s"),
        path=unquote(parts.path).strip("/"),
    )


def is_this_machine(host: str) -> bool:
    """Say whether ``host`` is a name or address of the machine that we run on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def ending(connection: Connection) -> Iterator[None]:
    """Have the connection end with the ``with``, whatever still holds it as a file."""
    try:
        yield
    finally:
        with suppress(OSError):
            connection.shutdown(_BOTH_WAYS)
        handle = connection.detach()  # close() would wait for the last file that reads from it
        if handle >= 0:
            os.close(handle)


async def in_thread(
    connection: Connection, work: Callable[[], T], *, host: str, seconds: float = EXCHANGE_SECONDS
) -> T:
    """Return what ``work`` returns, done in a thread; hang up when it takes too long.

    Raises:
        TimedOut: it took longer than ``seconds``, or the server fell silent.
        Truncated: the connection ended before the answer did.
    """
    doing = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(doing)
    except TimeoutError as error:
        waited_for = "nothing was sent" if doing.done() else "the answer wasn't complete"
        raise TimedOut(host, seconds=seconds, waited_for=waited_for) from error
    except (EOFError, OSError) as error:
        raise Truncated(host, problem="the connection ended before the answer did") from error
    finally:
        if not doing.done():  # the thread ends with the connection, and is waited for
            with suppress(OSError):
                connection.shutdown(_BOTH_WAYS)
            await asyncio.wait({doing})
            doing.exception()  # it was hung up on: whatever it says of that is no news
