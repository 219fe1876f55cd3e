"""What polls bring, stored for many sources at once: one transaction, one commit, one thread.

Committing costs more than all else that is done with a feed's one new post. Each batch is stored
with its cursor, all of them or none. Where that fails, each is stored by itself, so that one
source's trouble is nobody else's.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from crawlers.found import Batch
from models.clock import Clock
from models.source import Source
from service.errors import HarkenError, StoreError
from service.leads.ledger import emit
from service.listening.grouping import Groups
from service.listening.leases import LEASE, Leased, all_held
from service.posts.intake import Ahead, Arrived, Counts, Intake
from service.posts.liveness import bury
from service.rules.rhythm import quiet_at, remembered
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

#: Posts of one transaction, about: it keeps others from writing, 1 ms a post.
_MOST_POSTS = 100


class LeaseLostError(HarkenError):
    """Another crawl has taken this source over; nothing was lost."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A batch, and for whom it was leased."""

    lease: Leased
    batch: Batch


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch, and the source's row as it is then."""

    counts: Counts
    source: Source


@dataclass(frozen=True, slots=True)
class _Heard:
    """A batch with what was made of its posts before anything is written."""

    brought: Brought
    ahead: Ahead

    @property
    def source_id(self) -> str:
        """The id of the source that brought it."""
        return self.brought.lease.source.id

    def of(self, source: Source) -> Arrived:
        """Return it as what arrived at the source's row."""
        return Arrived(source, self.brought.batch.posts, self.ahead)


class Stores:
    """Takes batches of many polls and stores them in groups, as they come.

    Args:
        engine: of the database.
        intake: takes the posts in.
        clock: says when.
        gather: how many seconds batches wait for others at present.
    """

    def __init__(
        self, engine: Engine, intake: Intake, clock: Clock, *, gather: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._intake = intake
        self._clock = clock
        self._groups: Groups[Brought, Stored | Exception] = Groups(
            self.store_all, linger_seconds=gather
        )

    @property
    def alone(self) -> asyncio.Lock:
        """Held while a group is stored."""
        return self._groups.alone

    async def hand_over(self, brought: Brought) -> Stored:
        """Return what became of a batch once it is committed.

        Raises:
            LeaseLostError: another crawl has the source now.
            StoreError: the database can't be used.
        """
        result = await self._groups.hand_over(brought)
        if isinstance(result, Exception):
            raise result
        return result

    def store_all(self, brought: Sequence[Brought]) -> list[Stored | Exception]:
        """Store batches in a few transactions; return how each went, in their order."""
        results: list[Stored | Exception] = []
        for some in _portions(brought):
            results += self._store_some(some)
        return results

    def _store_some(self, brought: Sequence[Brought]) -> list[Stored | Exception]:
        """Store batches in one transaction; each in one of its own where that fails."""
        try:
            return self._write(self._listen(brought))
        except StoreError as error:  # it would say the same of each
            return [error] * len(brought)
        except Exception as error:
            if len(brought) == 1:
                return [error]
            logger.info("stored one by one", exc_info=error)
        return [result for one in brought for result in self._store_some([one])]

    def _listen(self, brought: Sequence[Brought]) -> list[_Heard]:
        """Judge the posts that are new; within the transaction it would keep others waiting."""
        with reading(self._engine) as db:
            batches = [(one.lease.source, one.batch.posts) for one in brought]
            fresh = self._intake.fresh_of_all(db, batches)
        return [
            _Heard(one, self._intake.listen(one.lease.source.slug, posts))
            for one, posts in zip(brought, fresh, strict=True)
        ]

    def _write(self, heard: Sequence[_Heard]) -> list[Stored | Exception]:
        """Commit batches with their cursors, all or none; those whose lease was lost are not."""
        now = self._clock.now()
        with writing(self._engine) as db:
            rows = all_held(db, [one.brought.lease for one in heard])
            ours = [one for one in heard if one.source_id in rows]
            counts = self._intake.take_in_all(
                db, [one.of(rows[one.source_id]) for one in ours], now=now
            )
            stored: dict[str, Stored] = {}
            for one, count in zip(ours, counts, strict=True):
                source = rows[one.source_id]
                bury(db, source, one.brought.batch.deleted, config=self._intake.config, now=now)
                stored[source.id] = Stored(count, source)
            for one in ours:
                _note(db, stored[one.source_id], one.brought.batch, now)
        return [stored.get(one.source_id, LeaseLostError()) for one in heard]


def _portions(brought: Sequence[Brought]) -> Iterator[Sequence[Brought]]:
    """Yield batches that are stored together: so many posts, or a larger batch alone."""
    some: list[Brought] = []
    posts = 0
    for one in brought:
        if some and posts + len(one.batch.posts) > _MOST_POSTS:
            yield some
            some, posts = [], 0
        some.append(one)
        posts += len(one.batch.posts)
    if some:
        yield some


def _note(db: Session, stored: Stored, batch: Batch, now: datetime) -> None:
    """Write the cursor and the rhythm beside the posts that they follow, and keep the lease."""
    source = stored.source
    source.lease_until = now + LEASE
    source.cursor = dict(batch.cursor)
    was_quiet = source.is_quiet
    _note_rhythm(source, batch, stored.counts, now)
    db.add(source)
    if was_quiet and not source.is_quiet:
        emit(db, "source.speaks_again", source.id, now, {"source": source.slug})


def _note_rhythm(source: Source, batch: Batch, counts: Counts, now: datetime) -> None:
    published = [post.published for post in batch.posts if post.published is not None]
    if not published and counts.new:  # it gives no times, so ours has to do
        published = [now]
    heard_at = remembered(source.heard_at, published, now=now)
    if heard_at != source.heard_at:
        source.heard_at = heard_at
        source.quiet_at = quiet_at(heard_at, since=source.created_at)
