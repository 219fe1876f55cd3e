"""A crawl: poll leased sources, take in each batch as it comes, and note how it went.

One source failing never stops another. Hosts are polled side by side, the sources of one host one
after the other (``service.listening.rota``). Posts are committed with their cursor, batch by
batch; how the polls ended is written for many at once (``service.listening.settling``). What is
killed in between is polled again, which changes nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial

from pydantic import JsonValue
from sqlalchemy import Engine

from crawlers.errors import HostResting, PlatformRefused, SourceError
from crawlers.fetch import Gate
from crawlers.found import Adapter, Batch, Sieve, SourceToPoll
from models.clock import Clock
from models.source import Source, SourcePolicy
from models.words import SourceKind
from service.errors import HarkenError, StoreError
from service.listening.grouping import Groups
from service.listening.leases import HEARTBEAT_SECONDS, Leased, renew
from service.listening.rota import Rota
from service.listening.settling import Ended, settle_all
from service.listening.source_secrets import secrets_of
from service.listening.storing import Brought, LeaseLostError, Stored, Stores
from service.posts.intake import Counts, Intake
from service.store.engine import writing

logger = logging.getLogger(__name__)

#: Sources that a crawl that goes on has at hand at the most, and that it takes at a time. It takes
#: more when half a portion is left, or when those at hand wait for their hosts for so long; while
#: there are no more it looks again after a while. Portions of 500 took 30 MB more, and half again
#: as long of the event loop at a time.
ROOM = 500
PORTION = 100
_CLOGGED_SECONDS = 1.0
REFILL_SECONDS = 5.0
#: How long the ends of polls gather before they are written, and new posts; while many polls are
#: under way, for others will come soon.
_LINGER_SECONDS = 0.05
_LINGER_SECONDS_OF_MANY = 0.25
_GATHER_SECONDS_OF_MANY = 0.1
_MANY = 8

#: Leases up to so many sources more.
More = Callable[[int], Sequence[Leased]]


class AdapterFailed(SourceError):  # noqa: N818 - a sentence, as its siblings are
    """Harken stumbled over this source ({bug}); the log says where. Please report it."""

    def __init__(self, bug: str) -> None:
        self.bug = bug
        super().__init__(bug)


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
        results: list[Polled] = []

        def note(polled: Polled) -> None:
            results.append(polled)
            on_done(polled)

        await self._poll(leased, note, more=None)
        return results

    async def keep_on(
        self,
        leased: Sequence[Leased],
        *,
        more: More,
        on_done: Callable[[Polled], None] = lambda _: None,
    ) -> None:
        """Poll ``leased``, and what ``more`` gives as long as any is being polled.

        That may be for ever, so nothing of what is done is kept.
        """
        await self._poll(leased, on_done, more=more)

    async def _poll(
        self, leased: Sequence[Leased], on_done: Callable[[Polled], None], *, more: More | None
    ) -> None:
        crawling = _Round(self, on_done)
        try:
            async with Rota(crawling.poll) as rota:
                heart = asyncio.create_task(self._beat(rota, crawling.ends, crawling.stores))
                try:
                    await self._poll_all(rota, leased, more)
                finally:
                    heart.cancel()
                    with suppress(asyncio.CancelledError):
                        await heart
        finally:  # also of what was polled before somebody stopped us
            await crawling.ends.finished()

    async def _poll_all(self, rota: Rota, leased: Sequence[Leased], more: More | None) -> None:
        rota.add(leased)
        few, patience = (0, REFILL_SECONDS) if more is None else (PORTION // 2, _CLOGGED_SECONDS)
        while not await rota.idle(at_most_seconds=patience, few=few):
            if more is None:
                continue
            room = min(PORTION, ROOM - len(rota.under_way))
            further = await self._further(more, room)
            rota.add(further)
            is_all = len(further) < room  # nobody else is waiting to be polled
            few, patience = (0, REFILL_SECONDS) if is_all else (PORTION // 2, _CLOGGED_SECONDS)

    async def _further(self, more: More, room: int) -> Sequence[Leased]:
        try:
            return await asyncio.to_thread(more, room) if room > 0 else ()
        except StoreError:
            logger.warning("nothing leased", exc_info=True)
            return ()

    async def _beat(self, rota: Rota, ends: Groups[Ended, None], stores: Stores) -> None:
        """Keep the leases while the crawl lives; sources may wait long for their host's turn."""

        def renew_all() -> None:
            with writing(self.engine) as db:
                renew(db, rota.under_way, now=self.clock.now())

        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                # each of them locks many sources, in an order of its own
                async with ends.alone, stores.alone:
                    await asyncio.to_thread(renew_all)
            except StoreError:
                logger.warning("leases not renewed", exc_info=True)

    async def attempt(self, lease: Leased, tally: "Tally", store: Stores) -> SourceError | None:
        """Read the source; return what is wrong with it, if anything is.

        Raises:
            LeaseLostError: another crawl has it now.
            StoreError: the database can't be used.
        """
        slug = lease.source.slug
        try:
            await self._read(lease, tally, store)
        except SourceError as error:
            logger.info("source failed: %s", error.reason, extra={"source": slug}, exc_info=True)
            return error
        except HarkenError:
            raise
        except Exception as bug:
            logger.exception("source broke its adapter", extra={"source": slug})
            return AdapterFailed(type(bug).__name__)
        return None

    async def _read(self, lease: Leased, tally: "Tally", store: Stores) -> None:
        source, policy = lease.source, lease.policy
        if policy.requires_approval and not policy.approval_ref:
            because = f"policy {policy.name!r} needs an approval; record it as approval_ref"
            raise PlatformRefused(source.name, because=because)
        adapter = self.adapters[source.kind]
        sieve = partial(self.intake.listener.hears, source=source.slug)
        asked = to_poll(source, policy, sieve=sieve)
        batches = adapter.poll(asked, self.gate, now=self.clock.now())
        async with aclosing(batches) as open_batches:
            async for batch in open_batches:
                if batch.not_modified and not batch.posts and not batch.deleted:
                    tally.add_nothing(batch)
                else:
                    tally.add(batch, await store.hand_over(Brought(lease, batch)))


def to_poll(source: Source, policy: SourcePolicy, *, sieve: Sieve | None = None) -> SourceToPoll:
    """Return what an adapter must know of a source."""
    return SourceToPoll(
        id=source.id,
        kind=source.kind,
        name=source.name,
        url=source.url,
        cursor=source.cursor,
        obey_robots=policy.obey_robots,
        min_interval_seconds=policy.min_interval_seconds,
        options=source.options,
        secrets=secrets_of(source.options),
        sieve=sieve,
    )


class _Round:
    """One crawl under way: polls sources and has their ends written."""

    def __init__(self, crawl: Crawl, on_done: Callable[[Polled], None]) -> None:
        self._crawl = crawl
        self._on_done = on_done
        self.ends: Groups[Ended, None] = Groups(
            lambda ended: settle_all(crawl.engine, crawl.clock, ended),
            linger_seconds=self._linger,
        )
        self._under_way = 0
        self.stores = Stores(crawl.engine, crawl.intake, crawl.clock, gather=self._gather)

    async def poll(self, lease: Leased) -> None:
        """Poll a source; it is done when its end is written, which nobody waits for."""
        started = time.monotonic()
        tally = Tally(lease.source)
        self._under_way += 1
        try:
            error = await self._crawl.attempt(lease, tally, self.stores)
        except (LeaseLostError, StoreError) as ours:  # nothing that the source is to blame for
            self._give_up(tally, time.monotonic() - started, ours)
            return
        finally:
            self._under_way -= 1
        seconds = time.monotonic() - started
        problem = error.reason if error else tally.problem
        status = "deferred" if isinstance(error, HostResting) else "failed" if error else ""
        polled = tally.polled(seconds, problem, status=status)
        written = self.ends.hand_over(tally.ended(lease, error, problem))
        written.add_done_callback(lambda end: self._done(end, tally, polled))

    def _linger(self) -> float:
        """Return how long ends of polls wait for others to be written with."""
        return _LINGER_SECONDS_OF_MANY if self._under_way >= _MANY else _LINGER_SECONDS

    def _gather(self) -> float:
        """Return how long posts wait for others to be stored with: where few come, not at all."""
        return _GATHER_SECONDS_OF_MANY if self._under_way >= _MANY else 0.0

    def _done(self, end: "asyncio.Future[None]", tally: "Tally", polled: Polled) -> None:
        if end.cancelled():
            return
        failure = end.exception()
        if isinstance(failure, StoreError):
            self._give_up(tally, polled.seconds, failure)
            return
        if failure is not None:
            logger.error("ends not written", exc_info=failure)
        self._on_done(polled)

    def _give_up(self, tally: "Tally", seconds: float, ours: Exception) -> None:
        logger.warning("poll given up", extra={"source": tally.source.slug}, exc_info=ours)
        self._on_done(tally.polled(seconds, str(ours), status="failed"))


class Tally:
    """What a poll has brought so far."""

    def __init__(self, source: Source) -> None:
        self.source = source  # as the last batch left it
        self.problem: str | None = None
        self._counts = Counts()
        self._fetched = 0
        self._unchanged = False
        self._cursor: dict[str, JsonValue] | None = None  # that nothing was committed with yet
        self._ttl: int | None = None  # of the source's own document, which comes first
        self._is_news = False
        self._moved_to: str | None = None

    def add(self, batch: Batch, stored: Stored) -> None:
        """Count what was committed."""
        self._counts += stored.counts
        self._count(batch)
        self.source = stored.source
        self._cursor = None
        self._is_news = True

    def add_nothing(self, batch: Batch) -> None:
        """Count an answer that there is nothing new; what it says is written with the end."""
        self._count(batch)
        cursor = dict(batch.cursor)
        self._cursor = None if cursor == self.source.cursor else cursor

    def _count(self, batch: Batch) -> None:
        self._fetched += batch.fetched
        self._unchanged = batch.not_modified and self._counts == Counts()
        self.problem = self.problem or batch.problem
        self._ttl = batch.ttl_seconds if self._ttl is None else self._ttl
        self._moved_to = self._moved_to or batch.moved_to

    def ended(self, lease: Leased, error: SourceError | None, problem: str | None) -> Ended:
        """Return what is to be written of this poll's end."""
        kept = None if self._is_news else lease.source.ttl_seconds
        return Ended(
            lease=lease,
            error=error,
            problem=problem,
            cursor=self._cursor,
            heard_at=self.source.heard_at,
            quiet_at=self.source.quiet_at,
            ttl_seconds=kept if self._ttl is None else self._ttl,
            moved_to=self._moved_to,
        )

    def polled(self, seconds: float, problem: str | None, *, status: str = "") -> Polled:
        """Return how the poll went, for a person."""
        if not status:
            status = "partial" if problem else "unchanged" if self._unchanged else "ok"
        return Polled(
            source=self.source.slug,
            status=status,
            fetched=self._fetched,
            counts=self._counts,
            seconds=seconds,
            error=problem,
        )
