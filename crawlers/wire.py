"""HTTP as Harken speaks it: one request, one answer, nothing kept and nothing without end.

It knows of no turns, robots.txt or redirects; those are the gate's.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self

import aiohttp
from aiohttp import ClientMiddlewareType
from yarl import URL

from crawlers.addresses import AllowedNetworks
from crawlers.answers import flat
from crawlers.dial import Lookup, checking_connector, system_lookup
from crawlers.errors import (
    BrokenAnswer,
    SourceError,
    TimedOut,
    TooLarge,
    Truncated,
    Unreachable,
)
from crawlers.limits import Limits
from crawlers.trip import Answer, Trip
from crawlers.unpacking import UnpackingError, unpacker

#: Bytes that are unpacked before others get their turn.
_AT_ONCE = 64 * 1024


def a_session(
    *,
    user_agent: str,
    allowed: AllowedNetworks,
    limits: Limits,
    lookup: Lookup = system_lookup,
    only_allowed: bool = False,
    middlewares: Sequence[ClientMiddlewareType] = (),
) -> aiohttp.ClientSession:
    """Return a session that reaches permitted addresses only and remembers nothing.

    It keeps no cookies and reads no proxy from the environment.

    Args:
        user_agent: who we are and whom to write to.
        allowed: private networks that the operator opened.
        limits: of a header, of their number, and of connections.
        lookup: how names are resolved.
        only_allowed: reach the operator's networks and nothing else.
        middlewares: see every request and its answer.
    """
    return aiohttp.ClientSession(
        connector=checking_connector(
            allowed,
            per_host=limits.connections_per_host,
            idle_seconds=limits.idle_seconds,
            lookup=lookup,
            only_allowed=only_allowed,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent},
        trust_env=False,
        auto_decompress=False,  # see ``crawlers.unpacking``
        max_line_size=limits.header_bytes,
        max_field_size=limits.header_bytes,
        max_headers=limits.headers,
        middlewares=middlewares,
    )


class Wire:
    """Connections to permitted addresses, kept open between requests; use with ``async with``.

    It keeps no cookies, reads no proxy from the environment, and knows three requests: ``get``;
    ``grant``, which asks for an API's token; and ``deliver``, which brings a message to an
    endpoint of the operator's own. The gate lets that lead nowhere else, so that Harken cannot
    post to a community, by design and not by configuration.

    Args:
        user_agent: who we are and whom to write to.
        allowed: private networks that the operator opened.
        limits: how much one request may take.
        lookup: how names are resolved.
        only_allowed: reach the operator's networks and nothing else.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed: AllowedNetworks,
        limits: Limits,
        lookup: Lookup = system_lookup,
        only_allowed: bool = False,
    ) -> None:
        self._user_agent = user_agent
        self._allowed = allowed
        self._limits = limits
        self._lookup = lookup
        self._only_allowed = only_allowed
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = a_session(
            user_agent=self._user_agent,
            allowed=self._allowed,
            limits=self._limits,
            lookup=self._lookup,
            only_allowed=self._only_allowed,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, trip: Trip, *, body_for: Collection[int], cut_at: int | None = None
    ) -> Answer:
        """Return what the server answers at the place where the trip stands.

        Args:
            trip: where to ask, with which headers; its time and its requests are counted.
            body_for: statuses whose body is read; others come without.
            cut_at: bytes after which the body is cut; without it a long one is an error.

        Raises:
            SourceError: no answer came, or none that can be read.
        """
        return await self._exchange("GET", trip, body_for=body_for, cut_at=cut_at)

    async def grant(self, trip: Trip, *, form: Mapping[str, str]) -> Answer:
        """Return what a token endpoint answers to ``form``.

        Raises:
            SourceError: no answer came, or none that can be read.
        """
        return await self._exchange("POST", trip, body_for=(200,), sent=form)

    async def deliver(self, trip: Trip, *, body: bytes, cut_at: int) -> Answer:
        """Return what an endpoint answers to ``body``; of a refusal also its first words.

        Raises:
            SourceError: no answer came, or none that can be read.
        """
        refusals = range(400, 600)
        return await self._exchange("POST", trip, body_for=refusals, cut_at=cut_at, sent=body)

    async def _exchange(
        self,
        method: Literal["GET", "POST"],
        trip: Trip,
        *,
        body_for: Collection[int],
        cut_at: int | None = None,
        sent: Mapping[str, str] | bytes | None = None,
    ) -> Answer:
        if self._session is None:
            raise RuntimeError("the gate is closed; use it in `async with`")
        target, limits = trip.target, self._limits
        loop = asyncio.get_running_loop()
        began = loop.time()
        timeout = aiohttp.ClientTimeout(
            total=max(trip.seconds_left, 0.001),
            sock_connect=limits.connect_seconds,
            sock_read=limits.stall_seconds,
        )
        try:
            async with self._session.request(
                method,
                URL(target.url, encoded=True),
                headers=trip.headers,
                data=sent,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                headers = flat(response.headers.items())
                body = b""
                if response.status in body_for:
                    body = await self._read(response, host=target.authority, cut_at=cut_at)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise named_failure(error, host=target.authority, limits=limits) from error
        finally:
            trip.requests += 1
            trip.seconds_left -= loop.time() - began
        return Answer(status=response.status, headers=headers, body=body)

    async def _read(
        self, response: aiohttp.ClientResponse, *, host: str, cut_at: int | None
    ) -> bytes:
        coding = ", ".join(response.headers.getall("Content-Encoding", ()))
        limit = self._limits.body_bytes if cut_at is None else cut_at
        if cut_at is None and (response.content_length or 0) > limit:
            raise TooLarge(limit)
        body = bytearray()
        came = 0
        try:
            unpack = unpacker(coding)
            async for chunk in response.content.iter_chunked(_AT_ONCE):
                came += len(chunk)
                body += unpack.feed(chunk, most=limit + 1 - len(body))
                if max(len(body), came) > limit:
                    break
            else:
                body += unpack.end(bytes(body[:_AT_ONCE]))
        except UnpackingError as error:
            raise BrokenAnswer(host, problem=f"the document is packed {error}") from error
        if cut_at is None and max(len(body), came) > limit:
            raise TooLarge(limit)
        return bytes(body)


def named_failure(error: Exception, *, host: str, limits: Limits) -> SourceError:
    """Return what a failure of the connection means, in words."""
    for kind, seconds, waited_for in (
        (aiohttp.ConnectionTimeoutError, limits.connect_seconds, "no connection"),
        (aiohttp.SocketTimeoutError, limits.stall_seconds, "nothing was sent"),
        (TimeoutError, limits.total_seconds, "the document wasn't complete"),
    ):
        if isinstance(error, kind):
            return TimedOut(host, seconds=seconds, waited_for=waited_for)
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return Unreachable(host, problem="its certificate or encryption is not valid")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(host, problem="no such name is known")
        case aiohttp.ClientPayloadError():
            return Truncated(host, problem="the connection ended before the document did")
        case aiohttp.ServerDisconnectedError():
            return BrokenAnswer(host, problem="it hung up without an answer")
        case aiohttp.ClientResponseError():
            return BrokenAnswer(host, problem="what it sent is no HTTP, or far too much of it")
        case aiohttp.ClientConnectorError():
            return Unreachable(host, problem=error.strerror or "the connection is refused")
        case _:
            return Unreachable(host, problem="the connection broke")
