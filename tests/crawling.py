"""Builders for tests that crawl a loopback server."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import JsonValue

from crawlers.errors import SourceError
from crawlers.fetch import AllowedNetworks, Gate, HostBudget, Limits, RobotsCache
from crawlers.found import Batch, FoundPost, SourceToPoll, ThreadReader, ThreadToRead
from crawlers.parsing import ParsingPool
from crawlers.registry import adapter_for
from models.words import SourceKind

T = TypeVar("T")

LOOPBACK = AllowedNetworks.parse(["127.0.0.0/8"])
NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
AGENT = "harken/0.1 (+https://harken.example/bot)"

#: Short enough for tests, long enough for a busy machine.
QUICK = Limits(stall_seconds=1, total_seconds=4)


class SharedLoop:
    """One event loop and one pool of parsing children for all tests: a child costs 0.3 s."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self.parsing = ParsingPool()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Return what ``work`` returns."""
        return self._runner.run(work)

    def close(self) -> None:
        """End the children, then the loop; both come back when they are needed."""
        self._runner.run(self.parsing.aclose())
        self._runner.close()
        self._runner = asyncio.Runner()


SHARED = SharedLoop()


def a_gate(
    *,
    allowed: AllowedNetworks = LOOPBACK,
    limits: Limits = QUICK,
    budget: HostBudget | None = None,
    robots: RobotsCache | None = None,
    policy_interval: float = 0,
    endpoints: Collection[str] = (),
) -> Gate:
    """Return a gate that may reach loopback and asks without pause."""
    return Gate(
        user_agent=AGENT,
        allowed=allowed,
        limits=limits,
        budget=budget,
        robots=robots,
        policy_interval=policy_interval,
        parsing=SHARED.parsing,
        endpoints=endpoints,
    )


def through_gate(work: Callable[[Gate], Awaitable[T]], gate: Gate | None = None) -> T:
    """Return what ``work`` returns, given an open gate."""

    async def run() -> T:
        async with gate or a_gate() as opened:
            return await work(opened)

    return SHARED.run(run())


def a_source(
    url: str,
    *,
    kind: SourceKind = SourceKind.FEED,
    cursor: Mapping[str, JsonValue] | None = None,
    options: Mapping[str, str] | None = None,
    obey_robots: bool = True,
    secrets: Mapping[str, str] | None = None,
) -> SourceToPoll:
    """Return a source that may be asked without pause."""
    return SourceToPoll(
        id="source-1",
        kind=kind,
        name="A source",
        url=url,
        cursor=cursor or {},
        options=options or {},
        secrets=secrets or {},
        obey_robots=obey_robots,
        min_interval_seconds=0,
    )


async def batches(gate: Gate, source: SourceToPoll, *, now: datetime = NOW) -> list[Batch]:
    """Return all batches of a poll."""
    return [batch async for batch in adapter_for(source.kind).poll(source, gate, now=now)]


def polled(source: SourceToPoll, gate: Gate | None = None, *, now: datetime = NOW) -> list[Batch]:
    """Return all batches of a poll, from outside the loop."""
    return through_gate(lambda opened: batches(opened, source, now=now), gate)


def read_again(
    source: SourceToPoll, key: str, *, url: str | None = None, gate: Gate | None = None
) -> list[Batch]:
    """Return all batches of a reading of one conversation."""
    reader = adapter_for(source.kind)
    assert isinstance(reader, ThreadReader)
    thread = ThreadToRead(key=key, url=url)

    async def read(opened: Gate) -> list[Batch]:
        return [batch async for batch in reader.read_thread(source, opened, thread, now=NOW)]

    return through_gate(read, gate)


def failure(work: Callable[[Gate], Awaitable[object]], gate: Gate | None = None) -> SourceError:
    """Return the error that ``work`` ends with."""
    try:
        through_gate(work, gate)
    except SourceError as error:
        return error
    raise AssertionError("it went well")


def posts_of(found: list[Batch]) -> list[FoundPost]:
    """Return the posts of batches."""
    return [post for batch in found for post in batch.posts]


def stored(batch: Batch) -> Mapping[str, JsonValue]:
    """Return a batch's cursor as it comes back from the database."""
    cursor: Mapping[str, JsonValue] = json.loads(json.dumps(batch.cursor))
    return cursor
