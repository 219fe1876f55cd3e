"""The gate: everything that Harken asks of the network goes through here.

It checks where a request leads (``crawlers.dial``), asks robots.txt, waits for the host's turn,
follows redirects by hand and checks each anew, and reads no more than it was told to. Nothing
outside this file and ``crawlers.dial`` opens a connection; a test holds that.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

from crawlers.addresses import NO_PRIVATE_NETWORKS, AllowedNetworks
from crawlers.answers import (
    PERMANENT_REDIRECTS,
    REDIRECTS,
    flat,
    is_readable_coding,
    refusal,
    validator,
)
from crawlers.dial import checking_connector
from crawlers.errors import (
    BadUrl,
    BrokenAnswer,
    RateLimited,
    ServerFailed,
    SourceError,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Truncated,
    Unreachable,
)
from crawlers.pacing import HostBudget, MemoryBudget
from crawlers.parsing import ParsingPool
from crawlers.robots import (
    MAX_ROBOTS,
    MemoryRobots,
    RobotsCache,
    RobotsFile,
    crawl_delay,
    read_robots,
)
from crawlers.urls import Target, parse_url, resolve
from models.clock import Clock, SystemClock

__all__ = [
    "AllowedNetworks",
    "Gate",
    "HostBudget",
    "Limits",
    "MemoryBudget",
    "MemoryRobots",
    "Page",
    "RobotsCache",
    "RobotsFile",
]

logger = logging.getLogger(__name__)

#: Headers that may follow a redirect to somebody else; all others could be credentials.
_HARMLESS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a server's time and bytes one request may take."""

    body_bytes: int = 8 * 2**20  # after decompression
    total_seconds: float = 60  # for a document with all its redirects, waiting turns apart
    stall_seconds: float = 8  # without a single byte
    connect_seconds: float = 8
    redirects: int = 5
    header_bytes: int = 16 * 1024  # of one header
    headers: int = 128
    connections_per_host: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as the server gave it."""

    url: str  # where it was found in the end
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed
    etag: str | None  # to be sent back verbatim
    last_modified: str | None  # to be sent back verbatim
    not_modified: bool  # 304: the body is empty and what we have still holds
    requests: int  # how many it took
    moved_to: str | None = None  # the new address when every redirect was permanent

    @property
    def media_type(self) -> str:
        """Return the content type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Gate:
    """A polite and careful way to the network, and to the children that parse what it brings.

    Use it as an asynchronous context manager; it is free for any number of tasks of one loop.

    Args:
        user_agent: who we are and whom to write to: ``harken/0.1 (+https://example.org/bot)``.
            Its first word is the name that robots.txt may address.
        allowed: private networks that the operator opened.
        robots: where robots.txt is remembered.
        budget: who decides when a host may be asked.
        limits: how much one request may take.
        policy_interval: seconds between two requests to a host when the caller doesn't say.
        clock: for Retry-After dates.
        parsing: the children; the gate makes and closes its own when it gets none.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed: AllowedNetworks = NO_PRIVATE_NETWORKS,
        robots: RobotsCache | None = None,
        budget: HostBudget | None = None,
        limits: Limits | None = None,
        policy_interval: float = 2.0,
        clock: Clock | None = None,
        parsing: ParsingPool | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._agent = user_agent.partition("/")[0].strip()
        self._allowed = allowed
        self._robots = robots or MemoryRobots()
        self._budget = budget or MemoryBudget()
        self._limits = limits or Limits()
        self._policy_interval = policy_interval
        self._clock = clock or SystemClock()
        self._own_parsing = parsing is None
        self._session: aiohttp.ClientSession | None = None
        self._asking_robots: dict[str, asyncio.Lock] = {}
        #: Where untrusted bytes are parsed; lives as long as the gate.
        self.parsing = parsing or ParsingPool()

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._session = aiohttp.ClientSession(
            connector=checking_connector(self._allowed, per_host=limits.connections_per_host),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent},
            trust_env=False,
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
            max_headers=limits.headers,
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
        if self._own_parsing:
            await self.parsing.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        obey_robots: bool = True,
        min_interval: float | None = None,
        accept: Collection[int] = (200,),
    ) -> Page:
        """Return the document at ``url``.

        Args:
            url: http or https.
            headers: sent besides our own; dropped when a redirect leaves the origin, but for
                Accept and Accept-Language.
            etag: the validator of the last answer; 304 then gives a page with ``not_modified``.
            last_modified: the other validator of the last answer.
            obey_robots: False only where the operator recorded a permission.
            min_interval: seconds between two requests to this host.
            accept: statuses that are no errors.

        Raises:
            SourceError: any of its kinds in ``crawlers.errors``, saying what is wrong.
        """
        sent = dict(headers or {})
        if validator(etag):
            sent["If-None-Match"] = str(etag)
        if validator(last_modified):
            sent["If-Modified-Since"] = str(last_modified)
        wanted = {*accept, 304} if {"If-None-Match", "If-Modified-Since"} & set(sent) else accept
        interval = self._policy_interval if min_interval is None else min_interval
        trip = _Trip(parse_url(url), sent, seconds=self._limits.total_seconds)
        while True:
            await self._wait_turn(trip.target, obey_robots=obey_robots, interval=interval)
            answer = await self._ask(trip, body_for=wanted)
            if answer.status not in REDIRECTS or answer.status in wanted:
                return await self._page(trip, answer, wanted=wanted)
            trip.follow(answer, most=self._limits.redirects)

    async def _wait_turn(self, target: Target, *, obey_robots: bool, interval: float) -> None:
        if obey_robots:
            interval = max(interval, await self._crawl_delay(target, interval=interval))
        await self._budget.wait(target.authority, min_interval=interval)

    async def _crawl_delay(self, target: Target, *, interval: float) -> float:
        robots = await self._robots.get(target.origin)
        if robots is None:
            asking = self._asking_robots.setdefault(target.origin, asyncio.Lock())
            async with asking:  # a hundred feeds of one host ask once
                robots = await self._robots.get(target.origin)
                if robots is None:
                    robots = await self._fetch_robots(target.origin, interval=interval)
            self._asking_robots.pop(target.origin, None)
        return crawl_delay(robots, target, agent=self._agent)

    async def _fetch_robots(self, origin: str, *, interval: float) -> RobotsFile:
        trip = _Trip(parse_url(f"{origin}/robots.txt"), {}, seconds=self._limits.total_seconds)
        while True:
            await self._budget.wait(trip.target.authority, min_interval=interval)
            answer = await self._ask(trip, body_for=(200,), cut_at=MAX_ROBOTS)
            if answer.status not in REDIRECTS:
                break
            trip.follow(answer, most=self._limits.redirects)
        robots = read_robots(answer.status, answer.body)
        await self._robots.put(origin, robots)
        return robots

    async def _ask(
        self, trip: "_Trip", *, body_for: Collection[int], cut_at: int | None = None
    ) -> _Answer:
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
            async with self._session.get(
                URL(target.url, encoded=True),
                headers=trip.headers,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                headers = flat(response.headers.items())
                body = b""
                if response.status in body_for:
                    body = await self._read(response, host=target.authority, cut_at=cut_at)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise _named(error, host=target.authority, limits=limits) from error
        finally:
            trip.requests += 1
            trip.seconds_left -= loop.time() - began
        return _Answer(status=response.status, headers=headers, body=body)

    async def _read(
        self, response: aiohttp.ClientResponse, *, host: str, cut_at: int | None
    ) -> bytes:
        if not is_readable_coding(response.headers.get("Content-Encoding", "")):
            raise BrokenAnswer(host, problem="the document is packed in a way nobody asked for")
        limit = self._limits.body_bytes if cut_at is None else cut_at
        if cut_at is None and (response.content_length or 0) > limit:
            raise TooLarge(limit)
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                if cut_at is None:
                    raise TooLarge(limit)
                break
        return bytes(body)

    async def _page(self, trip: "_Trip", answer: _Answer, *, wanted: Collection[int]) -> Page:
        if answer.status not in wanted:
            error = refusal(answer.status, answer.headers, now=self._clock.now())
            if isinstance(error, RateLimited | ServerFailed) and error.retry_after_seconds:
                host, seconds = trip.target.authority, error.retry_after_seconds
                await self._budget.penalise(host, seconds)
                logger.info("host asks for rest", extra={"host": host, "seconds": seconds})
            raise error
        return Page(
            url=trip.target.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            etag=validator(answer.headers.get("etag")),
            last_modified=validator(answer.headers.get("last-modified")),
            not_modified=answer.status == 304,
            requests=trip.requests,
            moved_to=trip.moved_to,
        )


class _Trip:
    """One document's way through redirects: where it stands and what it may still spend."""

    def __init__(self, target: Target, headers: dict[str, str], *, seconds: float) -> None:
        self.target = target
        self.headers = headers
        self.seconds_left = seconds
        self.requests = 0
        self.moved_to: str | None = None
        self._only_permanent = True
        self._seen = {target.url}

    def follow(self, answer: _Answer, *, most: int) -> None:
        """Go where the answer points.

        Raises:
            BadUrl: it points nowhere, to no web page, or from https to http.
            TooManyRedirects: it points where we have been, or once too often.
        """
        following = self._following(answer)
        if following.url in self._seen or len(self._seen) > most:
            raise TooManyRedirects(len(self._seen), status=answer.status)
        if following.origin != self.target.origin:
            self.headers = {k: v for k, v in self.headers.items() if k.lower() in _HARMLESS}
        self._only_permanent &= answer.status in PERMANENT_REDIRECTS
        self.moved_to = following.url if self._only_permanent else None
        self._seen.add(following.url)
        self.target = following

    def _following(self, answer: _Answer) -> Target:
        location = answer.headers.get("location")
        if not location:
            raise BadUrl("it redirects, but does not say where")
        try:
            following = resolve(location.strip(), base=self.target.url)
        except BadUrl as error:
            raise BadUrl(f"it redirects to something else ({error.problem})") from error
        if self.target.scheme == "https" and following.scheme == "http":
            raise BadUrl("it redirects from https to http")
        return following


def _named(error: Exception, *, host: str, limits: Limits) -> SourceError:
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
        case aiohttp.ClientPayloadError() if isinstance(error.__cause__, ContentEncodingError):
            return BrokenAnswer(
                host, problem="the document is packed in a way that can't be undone"
            )
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
