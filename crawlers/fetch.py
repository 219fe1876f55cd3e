"""The gate: everything that Harken asks of the network goes through here.

It checks where a request leads (``crawlers.dial``), asks robots.txt, waits for the host's turn,
follows redirects by hand and checks each anew, and reads no more than it was told to. Nothing
but ``crawlers.wire``, ``crawlers.stream`` and ``crawlers.dial``, which it alone uses, opens a
connection; a test holds that.
"""

import logging
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from crawlers import dial, grants
from crawlers.addresses import NO_PRIVATE_NETWORKS, AllowedNetworks
from crawlers.answers import REDIRECTS, host_answer, refusal, validator
from crawlers.dial import Connection, Lookup, system_lookup
from crawlers.errors import AnswerRefused, BadUrl, PlatformRefused
from crawlers.limits import Limits
from crawlers.pacing import HostAnswer, HostBudget, MemoryBudget
from crawlers.parsing import ParsingPool
from crawlers.permission import Permission
from crawlers.robots import (
    MAX_ROBOTS,
    Decision,
    MemoryRobots,
    RobotsCache,
    RobotsFile,
    permitted,
)
from crawlers.stream import NotUpgradedError, Share, Stream, open_stream
from crawlers.trip import Answer, Page, Trip
from crawlers.urls import Target, parse_host, parse_url
from crawlers.wire import Wire
from models.clock import Clock, SystemClock

__all__ = [
    "AllowedNetworks",
    "Answer",
    "Connection",
    "Decision",
    "Gate",
    "HostAnswer",
    "HostBudget",
    "Limits",
    "MemoryBudget",
    "MemoryRobots",
    "Page",
    "RobotsCache",
    "RobotsFile",
    "Share",
    "Stream",
]

logger = logging.getLogger(__name__)

#: How much is read of what an endpoint says when it refuses a message.
_REFUSAL_BYTES = 512


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
        ourselves: addresses of our own service, which is never asked: it would hear itself.
        endpoints: the only addresses that anything may be delivered to; none without them.
        lookup: how names are resolved.
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
        ourselves: Collection[str] = (),
        endpoints: Collection[str] = (),
        lookup: Lookup = system_lookup,
    ) -> None:
        self._user_agent = user_agent
        self._allowed = allowed
        self._lookup = lookup
        self._budget = budget or MemoryBudget()
        self._limits = limits or Limits()
        self._policy_interval = policy_interval
        self._clock = clock or SystemClock()
        self._own_parsing = parsing is None
        self._ourselves = frozenset(_authorities(ourselves))
        self._endpoints = frozenset(endpoints)
        self._wire = self._a_wire()
        self._permission = Permission(
            agent=user_agent.partition("/")[0].strip(),
            cache=robots or MemoryRobots(),
            limits=self._limits,
        )
        #: Where untrusted bytes are parsed; lives as long as the gate.
        self.parsing = parsing or ParsingPool()

    async def __aenter__(self) -> Self:
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._wire.__aexit__(kind, error, trace)
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
        trip = Trip(parse_url(url), sent, seconds=self._limits.total_seconds)
        while True:
            answer, rest = await self._polite(
                trip, accept, obey_robots=obey_robots, interval=interval
            )
            if answer.status not in REDIRECTS or answer.status in wanted:
                return self._page(trip, answer, wanted=wanted, rest=rest)
            trip.follow(answer, most=self._limits.redirects)

    async def may_fetch(self, url: str) -> Decision:
        """Return what the robots.txt of ``url``'s host says of it, without fetching it.

        Raises:
            SourceError: the robots.txt could not be asked for.
        """
        return await self._decision(parse_url(url), interval=self._policy_interval)

    async def rest(self, url: str, seconds: float) -> None:
        """Leave the host of ``url`` alone for ``seconds``, since an answer's text asks for it.

        What a status or a header asks for, the gate sees to by itself.
        """
        await self._budget.penalise(parse_url(url).authority, seconds)

    async def dial(self, host: str, port: int, *, tls: bool) -> Connection:
        """Return a connected, blocking socket to ``host``, for IMAP and NNTP in a thread.

        Every address that the name has is checked as a page's are; besides the ports of the web,
        119, 143, 563 and 993 are open. It waits for the host's turn. Whoever called closes it.

        Args:
            host: a name or an IP address.
            port: where at it.
            tls: speak TLS from the first byte; the certificate must be good for ``host``.

        Raises:
            NotAllowed: it may not be reached.
            NoAnswer: nobody there, no connection in time, or a certificate that isn't good.
        """
        name = parse_host(host)
        where = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        self._refuse_ourselves(where)
        await self._budget.wait(where, min_interval=self._policy_interval)
        return await dial.dial(
            name,
            port,
            tls=tls,
            allowed=self._allowed,
            lookup=self._lookup,
            connect_seconds=self._limits.connect_seconds,
            stall_seconds=self._limits.stall_seconds,
        )

    @asynccontextmanager
    async def stream(
        self,
        url: str,
        *,
        share: Share,
        obey_robots: bool = True,
        min_interval: float | None = None,
    ) -> AsyncIterator[Stream]:
        """Give a stream of messages from ``url`` (WebSocket), to be read and never written to.

        Addresses, robots.txt and the host's turn are minded as a page's are. Redirects are not
        followed.

        Args:
            url: http or https, as which a WebSocket begins; its subscription is in the query.
            share: how much is taken at most.
            obey_robots: False only where the operator recorded a permission.
            min_interval: seconds between two requests to this host.

        Raises:
            SourceError: any of its kinds in ``crawlers.errors``, saying what is wrong.
        """
        target = parse_url(url)
        interval = self._policy_interval if min_interval is None else min_interval
        await self._turn(target, obey_robots=obey_robots, interval=interval)
        try:
            async with open_stream(
                target,
                user_agent=self._user_agent,
                allowed=self._allowed,
                limits=self._limits,
                lookup=self._lookup,
                share=share,
            ) as opened:
                await self._report(target, Answer(101, {}, b""))
                yield opened
        except NotUpgradedError as refused:
            rest = await self._report(target, refused.answer)
            raise self._refused(refused.answer, rest=rest) from refused

    async def client_credentials(
        self,
        token_url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str = "",
        min_interval: float | None = None,
    ) -> str:
        """Return an access token for a client of an API (OAuth 2.0, client credentials).

        It goes over https, or over http to a network that the operator opened and nowhere else.
        Redirects are not followed, and the token is kept by nobody but the caller.

        Args:
            token_url: the API's token endpoint.
            client_id: as the API knows the operator's program.
            client_secret: its password.
            scope: what the token is for, in the API's words; empty to leave it out.
            min_interval: seconds between two requests to this host.

        Raises:
            CredentialsRefused: the API doesn't know the client.
            SourceError: any other kind in ``crawlers.errors``.
        """
        headers = grants.headers_of(client_id, client_secret)
        trip = Trip(parse_url(token_url), headers, seconds=self._limits.total_seconds)
        interval = self._policy_interval if min_interval is None else min_interval
        self._refuse_ourselves(trip.target.authority)
        await self._budget.wait(trip.target.authority, min_interval=interval)
        async with self._a_wire(only_allowed=trip.target.scheme == "http") as wire:
            answer = await wire.grant(trip, form=grants.form_of(scope))
        rest = await self._report(trip.target, answer)
        if answer.status == 429 or answer.status >= 500:
            raise self._refused(answer, rest=rest)
        return grants.token_of(answer)

    async def deliver(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Bring a message to an endpoint that the operator named, and return what it answers.

        It goes over https, or over http to a network that the operator opened and nowhere else.
        Redirects are not followed, no cookies are kept, and of the answer no more is read than
        the first words of a refusal. How fast it may be asked is the caller's business.

        Raises:
            NotAllowed: it is no endpoint of the operator's, or leads where nothing may go.
            NoAnswer: nobody there, or no answer in time.
            BadDocument: an answer that is none.
        """
        if url not in self._endpoints:
            raise BadUrl("it is no endpoint that this Harken was given")
        trip = Trip(parse_url(url), dict(headers), seconds=self._limits.total_seconds)
        if trip.target.authority in self._ourselves:
            raise BadUrl("it is this Harken's own address, and it would tell itself")
        if trip.target.scheme == "https":
            return await self._wire.deliver(trip, body=body, cut_at=_REFUSAL_BYTES)
        async with self._a_wire(only_allowed=True) as wire:
            return await wire.deliver(trip, body=body, cut_at=_REFUSAL_BYTES)

    def _a_wire(self, *, only_allowed: bool = False) -> Wire:
        return Wire(
            user_agent=self._user_agent,
            allowed=self._allowed,
            limits=self._limits,
            lookup=self._lookup,
            only_allowed=only_allowed,
        )

    async def _polite(
        self, trip: Trip, body_for: Collection[int], *, obey_robots: bool, interval: float
    ) -> tuple[Answer, int]:
        """Ask when it is permitted and our turn; return the answer and the rest that follows."""
        await self._turn(trip.target, obey_robots=obey_robots, interval=interval)
        answer = await self._wire.get(trip, body_for=body_for)
        return answer, await self._report(trip.target, answer)

    async def _turn(self, target: Target, *, obey_robots: bool, interval: float) -> None:
        """Return when ``target`` may be asked; raise why it may not."""
        self._refuse_ourselves(target.authority)
        if obey_robots:
            decision = await self._decision(target, interval=interval)
            interval = max(interval, permitted(decision, target))
        await self._budget.wait(target.authority, min_interval=interval)

    async def _decision(self, target: Target, *, interval: float) -> Decision:
        async def ask(trip: Trip) -> Answer:
            await self._budget.wait(trip.target.authority, min_interval=interval)
            answer = await self._wire.get(trip, body_for=(200,), cut_at=MAX_ROBOTS)
            await self._report(trip.target, answer)
            return answer

        return await self._permission.decision(target, ask)

    def _refuse_ourselves(self, authority: str) -> None:
        if authority in self._ourselves:
            raise PlatformRefused("This Harken", because="it would listen to itself")

    async def _report(self, target: Target, answer: Answer) -> int:
        told = host_answer(answer.status, answer.headers, now=self._clock.now())
        rest = await self._budget.report(target.authority, told)
        if told.refused and rest:
            about = {"host": target.authority, "status": answer.status, "seconds": rest}
            logger.info("host is left alone", extra=about)
        return rest

    def _refused(self, answer: Answer, *, rest: int) -> AnswerRefused:
        error = refusal(answer.status, answer.headers, now=self._clock.now())
        error.retry_after_seconds = max(rest, error.retry_after_seconds or 0) or None
        return error

    def _page(self, trip: Trip, answer: Answer, *, wanted: Collection[int], rest: int) -> Page:
        if answer.status not in wanted:
            raise self._refused(answer, rest=rest)
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


def _authorities(urls: Collection[str]) -> Iterator[str]:
    """Yield the hosts of ``urls``; one that can't be fetched anyway needs no refusal."""
    for url in urls:
        with suppress(BadUrl):
            yield parse_url(url).authority
