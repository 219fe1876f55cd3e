"""A crawl: poll leased sources, take in each batch as it comes, and note how it went.

One source failing never stops another. Hosts are polled side by side, the sources of one host one
after the other.
"""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Engine

from crawlers.errors import HostResting, PlatformRefused, PoisonDocument, SourceError
from crawlers.fetch import Gate
from crawlers.found import Adapter, Batch, SourceToPoll
from models.clock import Clock
from models.source import Source
from models.words import SourceHealth, SourceKind
from service.errors import HarkenError, StoreError
from service.intake import Counts, Intake
from service.leases import HEARTBEAT_SECONDS, Leased, held, renew
from service.ledger import emit
from service.rules.polling import (
    next_poll_after_failure,
    next_poll_after_rest,
    next_poll_after_success,
)
from service.source_secrets import secrets_of
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

_HOSTS_AT_ONCE = 16


class AdapterFailed(SourceError):  # noqa: N818 - a sentence, as its siblings are
    """Harken stumbled over this source ({bug}); the log says where. Please report it."""

    def __init__(self, bug: str) -> None:
        self.bug = bug
        super().__init__(bug)


class LeaseLostError(HarkenError):
    """Another crawl has taken this source over; nothing was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """How one source's poll went."""

    source: str  # slug
    status: str  # ok, unchanged, partial, deferred, failed
    fetched: int  # answers read
    counts: Counts
    seconds: float
    error: str | None

    def as_json(self) -> dict[str, object]:
        """Return the line that `harken crawl --json` prints."""
        return {
            "source": self.source,
            "status": self.status,
            "fetched": self.fetched,
            "new": self.counts.new,
            "updated": self.counts.updated,
            "duplicates": self.counts.duplicates,
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """Everything that a crawl needs."""

    engine: Engine
    intake: Intake
    gate: Gate  # open
    adapters: Mapping[SourceKind, Adapter]
    clock: Clock

    async def run(
        self, leased: Sequence[Leased], *, on_done: Callable[[Polled], None] = lambda _: None
    ) -> list[Polled]:
        """Poll all of ``leased``; return how each went, in the order in which they ended."""
        by_host: dict[str, list[Leased]] = defaultdict(list)
        for lease in leased:
            by_host[urlsplit(lease.source.url).netloc].append(lease)
        turns = asyncio.Semaphore(_HOSTS_AT_ONCE)
        results: list[Polled] = []

        async def poll_host(leases: Sequence[Leased]) -> None:
            async with turns:
                for lease in leases:
                    polled = await self._poll(lease)
                    results.append(polled)
                    on_done(polled)

        heart = asyncio.create_task(self._beat(leased))
        try:
            async with asyncio.TaskGroup() as group:
                for leases in by_host.values():
                    group.create_task(poll_host(leases))
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
        return results

    async def _beat(self, leased: Sequence[Leased]) -> None:
        """Keep the leases while the crawl lives; sources may wait long for their host's turn."""

        def renew_all() -> None:
            with writing(self.engine) as db:
                renew(db, leased, now=self.clock.now())

        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await asyncio.to_thread(renew_all)
            except StoreError:
                logger.warning("leases not renewed", exc_info=True)

    async def _poll(self, lease: Leased) -> Polled:
        slug, started = lease.source.slug, time.monotonic()
        tally = _Tally()
        try:
            error = await self._attempt(lease, tally)
            problem = error.reason if error else tally.problem
            await asyncio.to_thread(self._finish, lease, error, problem)
        except (LeaseLostError, StoreError) as ours:  # nothing that the source is to blame for
            logger.warning("poll given up", extra={"source": slug}, exc_info=True)
            return tally.polled(slug, time.monotonic() - started, str(ours), status="failed")
        status = "deferred" if isinstance(error, HostResting) else "failed" if error else ""
        return tally.polled(slug, time.monotonic() - started, problem, status=status)

    async def _attempt(self, lease: Leased, tally: "_Tally") -> SourceError | None:
        """Read the source; return what is wrong with it, if anything is."""
        slug = lease.source.slug
        try:
            await self._read(lease, tally)
        except SourceError as error:
            logger.info("source failed: %s", error.reason, extra={"source": slug}, exc_info=True)
            return error
        except HarkenError:
            raise
        except Exception as bug:
            logger.exception("source broke its adapter", extra={"source": slug})
            return AdapterFailed(type(bug).__name__)
        return None

    async def _read(self, lease: Leased, tally: "_Tally") -> None:
        source, policy = lease.source, lease.policy
        if policy.requires_approval and not policy.approval_ref:
            because = f"policy {policy.name!r} needs an approval; record it as approval_ref"
            raise PlatformRefused(source.name, because=because)
        adapter = self.adapters[source.kind]
        to_poll = SourceToPoll(
            id=source.id,
            kind=source.kind,
            name=source.name,
            url=source.url,
            cursor=source.cursor,
            obey_robots=lease.policy.obey_robots,
            min_interval_seconds=lease.policy.min_interval_seconds,
            options=source.options,
            secrets=secrets_of(source.options),
        )
        batches = adapter.poll(to_poll, self.gate, now=self.clock.now())
        async with aclosing(batches) as open_batches:
            async for batch in open_batches:
                counts = await asyncio.to_thread(self._store, lease, batch)
                tally.add(batch, counts)

    def _store(self, lease: Leased, batch: Batch) -> Counts:
        """Commit a batch with its cursor: both or neither."""
        with reading(self.engine) as db:
            fresh = self.intake.fresh(db, lease.source, batch.posts)
        ahead = self.intake.listen(lease.source.slug, fresh)
        now = self.clock.now()
        with writing(self.engine) as db:
            source = held(db, lease, now=now)
            if source is None:
                raise LeaseLostError
            counts = self.intake.take_in(db, source, batch.posts, now=now, ahead=ahead)
            source.cursor = dict(batch.cursor)
            db.add(source)
        return counts

    def _finish(self, lease: Leased, error: SourceError | None, problem: str | None) -> None:
        now = self.clock.now()
        with writing(self.engine) as db:
            source = held(db, lease, now=now)
            if source is None:
                return
            before = source.health
            _note(source, error, problem, self.clock)
            db.add(source)
            if source.health is not before:
                told = {"source": source.slug, "health": source.health.value}
                emit(db, "source.health_changed", source.id, now, dict(told))


class _Tally:
    """What a poll has brought so far."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.fetched = 0
        self.unchanged = False
        self.problem: str | None = None

    def add(self, batch: Batch, counts: Counts) -> None:
        self.counts += counts
        self.fetched += batch.fetched
        self.unchanged = batch.not_modified and self.counts == Counts()
        self.problem = self.problem or batch.problem

    def polled(
        self, slug: str, seconds: float, problem: str | None, *, status: str = ""
    ) -> Polled:
        if not status:
            status = "partial" if problem else "unchanged" if self.unchanged else "ok"
        return Polled(
            source=slug,
            status=status,
            fetched=self.fetched,
            counts=self.counts,
            seconds=seconds,
            error=problem,
        )


def _note(source: Source, error: SourceError | None, problem: str | None, clock: Clock) -> None:
    """Write into the row how the poll went and when the next one is."""
    now = clock.now()
    every = timedelta(seconds=source.every_seconds)
    jitter = random.uniform(-1, 1)  # noqa: S311 - spreads load, guards nothing
    source.lease_until = source.lease_token = None
    if isinstance(error, HostResting):  # asked for by another source: put off, not to blame
        rest = timedelta(seconds=error.retry_after_seconds or 0)
        source.next_poll_at = next_poll_after_rest(now, rest, jitter=jitter)
        return
    source.last_problem = problem
    if source.health is not SourceHealth.PAUSED:  # a person's word, which a poll does not undo
        source.health = _health(error, problem)
    if error is None:
        source.fail_count = 0
        source.last_success_at = now
        source.next_poll_at = next_poll_after_success(now, every, jitter=jitter)
        return
    source.fail_count += 1
    after = error.retry_after_seconds
    source.next_poll_at = next_poll_after_failure(
        now,
        every,
        fails=source.fail_count,
        jitter=jitter,
        retry_after=None if after is None else timedelta(seconds=after),
    )


def _health(error: SourceError | None, problem: str | None) -> SourceHealth:
    if isinstance(error, PoisonDocument):
        return SourceHealth.POISON
    return SourceHealth.DEGRADED if error or problem else SourceHealth.OK
