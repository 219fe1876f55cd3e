"""robots.txt as RFC 9309 has it: what it says, for whom, and how long that is believed."""

import asyncio
import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from protego import Protego

from crawlers.errors import RobotsDisallowed
from crawlers.urls import Target

#: What is read of a robots.txt (RFC 9309, 2.5: at least 500 KiB).
MAX_ROBOTS = 500 * 1024
#: How often a redirect of it is followed (RFC 9309, 2.3.1.2: at least five).
ROBOTS_REDIRECTS = 5
#: How long a host may make us wait between two pages by its Crawl-delay.
MAX_CRAWL_DELAY = 600.0

#: A line that names a crawler; behind the name there may be a version or a remark.
_NAMES = re.compile(r"\s{0,9}user[- ]?agent\s{0,9}[: ]\s{0,9}(\*|[a-z_-]+|)", re.IGNORECASE)
#: A line that ends the list of a group's names; sitemaps, which concern everyone, do not.
_RULE = re.compile(r"\s{0,9}(?!site-?maps?\b|host\b)[a-z]", re.IGNORECASE)

_DAY = 24 * 3_600
_SOON = 600


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What a host's robots.txt said when it was read."""

    status: int
    text: str
    keep_seconds: int  # how long it may be used without asking again


class RobotsCache(Protocol):
    """Keeps what robots.txt said, per origin (``https://example.org``)."""

    async def get(self, origin: str) -> RobotsFile | None:
        """Return what was put less than its ``keep_seconds`` ago, else None."""
        ...

    async def put(self, origin: str, robots: RobotsFile) -> None:
        """Keep it."""
        ...


def read_robots(status: int, body: bytes) -> RobotsFile:
    """Return what an answer to ``/robots.txt`` means.

    A client error means that there are no rules; a server error, also a 429, that all is
    forbidden until it answers again (RFC 9309, 2.3.1).
    """
    if status >= 500 or status == 429:
        return RobotsFile(status=status, text="", keep_seconds=_SOON)
    text = _decode(body[:MAX_ROBOTS]) if status == 200 else ""
    return RobotsFile(status=status, text=text, keep_seconds=_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a host's robots.txt means for one address."""

    allowed: bool
    because: str  # for a person
    delay_seconds: float = 0.0  # between two pages
    wished_seconds: float = 0.0  # that the host wants between them: more than it gets, at times


def decide(robots: RobotsFile, target: Target, *, agent: str) -> Decision:
    """Return whether ``agent`` may fetch the target, and how fast."""
    if robots.status >= 500 or robots.status == 429:
        because = f"its robots.txt answers {robots.status}, which counts as a no for now"
        return Decision(allowed=False, because=because)
    if robots.status != 200:
        because = f"it has no robots.txt (its address answers {robots.status})"
        return Decision(allowed=True, because=because)
    rules = _rules(robots.text, agent)
    # a NaN is greater than nothing, so max() makes it 0
    wished = max(0.0, rules.crawl_delay(agent) or 0.0)
    delay = min(wished, MAX_CRAWL_DELAY)
    if not rules.can_fetch(target.url, agent):
        because = "its robots.txt disallows it"
        return Decision(allowed=False, because=because, delay_seconds=delay, wished_seconds=wished)
    because = "its robots.txt allows it"
    return Decision(allowed=True, because=because, delay_seconds=delay, wished_seconds=wished)


def crawl_delay(robots: RobotsFile, target: Target, *, agent: str) -> float:
    """Return how many seconds the host wants between two pages; 0 when it doesn't say.

    Raises:
        RobotsDisallowed: ``agent`` may not fetch the target at all.
    """
    return permitted(decide(robots, target, agent=agent), target)


def permitted(decision: Decision, target: Target) -> float:
    """Return how many seconds the host wants between two pages; 0 when it doesn't say.

    Raises:
        RobotsDisallowed: the decision is no.
    """
    if not decision.allowed:
        raise RobotsDisallowed(target.authority, because=decision.because)
    return decision.delay_seconds


def _decode(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", errors="replace")
    if 0 in body[:2]:  # UTF-16 of somebody's editor, without its mark
        order = "utf-16-be" if body[0] == 0 else "utf-16-le"
        return body.decode(order, errors="replace")
    return body.decode("utf-8-sig", errors="replace")


@lru_cache(maxsize=256)
def _rules(text: str, agent: str) -> Protego:
    """Parse once per text: it costs 1.7 ms for 4 KB, asking it costs a microsecond."""
    return Protego.parse(_addressed(text, agent.lower()))


def _addressed(text: str, agent: str) -> str:
    """Return the groups that are meant for ``agent`` or for everyone.

    Names are compared as RFC 9309, 2.2.1 has it: whole, without regard to case. And Protego
    0.7 keeps every rule once per name of its group: 8,000 names over 12,000 rules, which fit
    into what is read, take it minutes and gigabytes.
    """
    kept: list[str] = []
    wanted = in_names = False
    for line in text.splitlines():
        if name := _NAMES.match(line):
            wanted = wanted and in_names
            in_names = True
            token = name[1].lower()
            if token in ("*", agent):
                wanted = True
                kept.append(f"User-agent: {token}")
        elif _RULE.match(line):
            in_names = False
            if wanted:
                kept.append(line)
    return "\n".join(kept)


class MemoryRobots:
    """What robots.txt said, in one process, gone with it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, RobotsFile]] = {}

    async def get(self, origin: str) -> RobotsFile | None:
        """Return what was put less than its ``keep_seconds`` ago, else None."""
        until, robots = self._kept.get(origin, (0.0, None))
        return robots if _loop_time() < until else None

    async def put(self, origin: str, robots: RobotsFile) -> None:
        """Keep it for its ``keep_seconds``."""
        self._kept[origin] = (_loop_time() + robots.keep_seconds, robots)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
