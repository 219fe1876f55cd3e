"""Asking hosts for their robots.txt, once, and telling what it permits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from crawlers.answers import REDIRECTS
from crawlers.errors import BadUrl, PlatformRefused, TooManyRedirects
from crawlers.limits import Limits
from crawlers.robots import (
    ROBOTS_REDIRECTS,
    Decision,
    RobotsCache,
    RobotsFile,
    decide,
    read_robots,
)
from crawlers.trip import Answer, Trip
from crawlers.urls import Target, parse_url

logger = logging.getLogger(__name__)

#: Waits for the host's turn and returns what it answers where the trip stands.
AskRobots = Callable[[Trip], Awaitable[Answer]]


class Permission:
    """What hosts permit, by their robots.txt, each asked for once while its cache lasts.

    Args:
        agent: our name, as robots.txt may address it.
        cache: where robots.txt is remembered.
        limits: how much of a server's time a robots.txt may take.
    """

    def __init__(self, *, agent: str, cache: RobotsCache, limits: Limits) -> None:
        self._agent = agent
        self._cache = cache
        self._limits = limits
        self._asking: dict[str, asyncio.Lock] = {}

    async def decision(self, target: Target, ask: AskRobots) -> Decision:
        """Return whether ``target`` may be fetched, and how fast; noted in the log for debugging.

        Raises:
            SourceError: its robots.txt could not be asked for, which counts as a no.
        """
        robots = await self._cache.get(target.origin)
        if robots is None:
            asking = self._asking.setdefault(target.origin, asyncio.Lock())
            async with asking:  # a hundred feeds of one host ask once
                robots = await self._cache.get(target.origin)
                if robots is None:
                    robots = await self._fetch(target.origin, ask)
            self._asking.pop(target.origin, None)
        decision = decide(robots, target, agent=self._agent)
        if logger.isEnabledFor(logging.DEBUG):
            told = {"url": target.url, "allowed": decision.allowed, "because": decision.because}
            logger.debug("robots.txt decides", extra=told)
        return decision

    async def _fetch(self, origin: str, ask: AskRobots) -> RobotsFile:
        trip = Trip(parse_url(f"{origin}/robots.txt"), {}, seconds=self._limits.total_seconds)
        while True:
            answer = await ask(trip)
            if answer.status not in REDIRECTS:
                break
            try:
                trip.follow(answer, most=ROBOTS_REDIRECTS)
            except (BadUrl, PlatformRefused, TooManyRedirects):
                break  # one that leads nowhere is one that isn't there (RFC 9309, 2.3.1.2)
        robots = read_robots(answer.status, answer.body)
        await self._cache.put(origin, robots)
        return robots
