"""A judge of manners: hosts that remember how they were asked, and the rules that they hold to.

The rules are those by which operators score feed readers (rachelbythebay.com/fs/help.html), with
robots.txt and Retry-After. What is a violation is a pure function of the visits, so that a rude
client can be shown to be caught.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from tests.misbehaving import Asked, MisbehavingServer, Reply, rss

#: A request may arrive so much of its gap early: the one before may have been held up on its way.
SLACK = 0.5
#: How many requests a host takes within this long of a restart.
AFTER_RESTART, MOST_AFTER_RESTART = timedelta(seconds=0.4), 2


class Rule(StrEnum):
    """What a client must not do."""

    CONDITIONAL = "asks for what it has without its validators, word for word"
    GAP = "asks a host again before its gap is over"
    RETRY_AFTER = "asks a host that wanted to be left alone"
    ROBOTS = "asks for what robots.txt disallows, or doesn't ask for robots.txt first"
    RESTART = "asks for everything at once after a restart"
    TOO_SOON = "asks for a document again before its time"
    COOKIE = "brings a cookie"
    REFERER = "says where it comes from"
    NAMELESS = "doesn't say who it is and whom to write to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request and what was answered."""

    host: str
    path: str
    headers: dict[str, str]  # names in lower case
    at: datetime
    status: int
    etag: str | None = None
    last_modified: str | None = None
    rest: timedelta | None = None  # Retry-After of the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a host wants."""

    gap: timedelta = timedelta(0)  # between two requests
    delay: timedelta = timedelta(0)  # between two pages: Crawl-delay, which robots.txt tells
    every: timedelta = timedelta(0)  # between two requests for one document
    disallowed: str | None = None  # the beginning of paths


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a visit broke."""

    rule: Rule
    visit: Visit


def violations(
    visits: Sequence[Visit], terms: Terms, *, restarts: Sequence[datetime] = ()
) -> list[Violation]:
    """Return what the visits of one host, in order, did against its terms and against manners."""
    found = [Violation(rule, visit) for visit in visits for rule in _alone(visit)]
    found += [
        Violation(Rule.GAP, visit)
        for before, visit in pairwise(visits)
        if visit.at - before.at < _gap(before, terms) * (1 - SLACK)
    ]
    found += _of_documents(visits, terms)
    found += _after_rests(visits)
    found += _against_robots(visits, terms)
    for restart in restarts:
        close = [visit for visit in visits if restart <= visit.at < restart + AFTER_RESTART]
        found += [Violation(Rule.RESTART, visit) for visit in close[MOST_AFTER_RESTART:]]
    return found


def _gap(before: Visit, terms: Terms) -> timedelta:
    return terms.gap if before.path == "/robots.txt" else max(terms.gap, terms.delay)


def _alone(visit: Visit) -> Iterator[Rule]:
    if "cookie" in visit.headers:
        yield Rule.COOKIE
    if "referer" in visit.headers:
        yield Rule.REFERER
    name = visit.headers.get("user-agent", "")
    if "/" not in name or not any(sign in name for sign in ("@", "http://", "https://")):
        yield Rule.NAMELESS


def _of_documents(visits: Sequence[Visit], terms: Terms) -> Iterator[Violation]:
    last: dict[str, Visit] = {}  # by path, the last that was answered with the document
    given: dict[str, Visit] = {}  # by path, the last answer
    for visit in visits:
        known = last.get(visit.path)
        if known and not _brings_back(visit, known):
            yield Violation(Rule.CONDITIONAL, visit)
        before = given.get(visit.path)
        if before and visit.path != "/robots.txt" and visit.at - before.at < terms.every:
            yield Violation(Rule.TOO_SOON, visit)
        given[visit.path] = visit
        if visit.status == 200:
            last[visit.path] = visit


def _brings_back(visit: Visit, known: Visit) -> bool:
    brought = (visit.headers.get("if-none-match"), visit.headers.get("if-modified-since"))
    return brought == (known.etag, known.last_modified)


def _after_rests(visits: Sequence[Visit]) -> Iterator[Violation]:
    until: datetime | None = None
    for visit in visits:
        if until is not None and visit.at < until:
            yield Violation(Rule.RETRY_AFTER, visit)
        if visit.rest is not None:
            until = visit.at + visit.rest


def _against_robots(visits: Sequence[Visit], terms: Terms) -> Iterator[Violation]:
    has_asked = False
    for visit in visits:
        has_asked = has_asked or visit.path == "/robots.txt"
        forbidden = terms.disallowed is not None and visit.path.startswith(terms.disallowed)
        if forbidden or not has_asked:
            yield Violation(Rule.ROBOTS, visit)


@dataclass
class ShiftedClock:
    """The time of day, that can be moved on."""

    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def pass_by(self, span: timedelta) -> None:
        self.shift += span


@dataclass
class Host:
    """A site of feeds that remembers its visits. It gives cookies and validators to everybody."""

    terms: Terms
    clock: ShiftedClock
    rest: timedelta | None = None  # it answers 429 for so long, from its first feed on
    posts: int = 3
    name: str = ""
    visits: list[Visit] = field(default_factory=list)
    url: Callable[[str], str] = str

    def answer(self, asked: Asked) -> Reply:
        """Answer a request, and remember it."""
        reply, rest = self._reply(asked)
        self.visits.append(
            Visit(
                host=self.name,
                path=asked.path,
                headers=asked.headers,
                at=self.clock.now(),
                status=int(reply.status.split()[0]),
                etag=reply.headers.get("ETag"),
                last_modified=reply.headers.get("Last-Modified"),
                rest=rest,
            )
        )
        return reply

    def _reply(self, asked: Asked) -> tuple[Reply, timedelta | None]:
        if asked.path == "/robots.txt":
            return Reply(body=self._robots(), kind="text/plain"), None
        if self.rest is not None:
            seconds = str(int(self.rest.total_seconds()))
            return Reply(status="429 Slow", headers={"Retry-After": seconds}), self.rest
        headers = {
            "ETag": f'W/"v{self.posts}"',
            "Last-Modified": "any day, any wording",
            "Set-Cookie": "track=me; Path=/",
        }
        if asked.headers.get("if-none-match") == headers["ETag"]:
            return Reply(status="304 Not Modified", headers=headers), None
        body = rss(self.posts, prefix=asked.path.strip("/").replace("/", "-"))
        return Reply(body=body, kind="application/rss+xml", headers=headers), None

    def _robots(self) -> bytes:
        lines = ["User-agent: *"]
        if self.terms.disallowed is not None:
            lines.append(f"Disallow: {self.terms.disallowed}")
        if self.terms.delay:
            lines.append(f"Crawl-delay: {self.terms.delay.total_seconds()}")
        return "\n".join([*lines, ""]).encode()


@contextmanager
def open_hosts(*hosts: Host) -> Iterator[None]:
    """Put hosts on loopback, each on a port of its own."""
    with ExitStack() as stack:
        for host in hosts:
            server = stack.enter_context(MisbehavingServer(host.answer))
            host.name = f"127.0.0.1:{server.port}"
            host.url = server.url
        yield
