"""How a poll ended, written into the source's row: its health, its notices and its next time.

Polls that ended alike and well, which nearly all do, are written together in one statement.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import Engine, bindparam, exists, select, update
from sqlmodel import Session, col

from crawlers.errors import Gone, HostResting, PoisonDocument, SourceError
from models.clock import Clock
from models.source import Source
from models.words import SourceHealth
from service.errors import RefusedError
from service.leads.ledger import audit, emit
from service.leads.transitions import HARKEN
from service.listening.leases import Leased, held
from service.rules.moving import Move, Redirecting, decide, seen_again
from service.rules.polling import (
    next_poll_after_failure,
    next_poll_after_gone,
    next_poll_after_rest,
    next_poll_after_success,
)
from service.rules.rhythm import interval
from service.store.engine import writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the poll of a source ended."""

    lease: Leased
    error: SourceError | None = None
    problem: str | None = None  # in words for a person, also when it could be read
    #: Of a poll that brought nothing: with posts it was committed beside them.
    cursor: dict[str, JsonValue] | None = None
    heard_at: Sequence[int] = field(default_factory=tuple)  # with what this poll brought
    quiet_at: datetime | None = None
    ttl_seconds: int | None = None
    moved_to: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it went well and so did the one before, with nothing to tell anybody."""
        source = self.lease.source
        well = self.error is None and self.problem is None and source.health is SourceHealth.OK
        same = source.last_problem is None and source.fail_count == 0
        return well and same and self.moved_to is None and source.moved_to is None


def settle_all(engine: Engine, clock: Clock, ended: Sequence[Ended]) -> list[None]:
    """Write how polls ended and give up their leases, in one transaction.

    A lease that was lost meanwhile is left to whoever has it.
    """
    with writing(engine) as db:
        now = clock.now()
        plain = [one for one in ended if one.is_plain and not _falls_quiet(one, now)]
        for with_cursor in (False, True):
            rows = [_plain(one, now) for one in plain if (one.cursor is not None) is with_cursor]
            rows.sort(key=lambda row: str(row["source"]))  # in one order for everybody
            if rows:
                db.connection().execute(_PLAIN_AND_CURSOR if with_cursor else _PLAIN, rows)
        plain_ids = {one.lease.source.id for one in plain}
        rest = [one for one in ended if one.lease.source.id not in plain_ids]
        for one in sorted(rest, key=lambda each: each.lease.source.id):
            _settle(db, one, now)
    return [None] * len(ended)


_PLAIN = (
    update(Source)
    .where(col(Source.id) == bindparam("source"), col(Source.lease_token) == bindparam("token"))
    .values(
        lease_token=None,
        lease_until=None,
        last_success_at=bindparam("now"),
        next_poll_at=bindparam("next"),
        ttl_seconds=bindparam("ttl"),
    )
)
_PLAIN_AND_CURSOR = _PLAIN.values(cursor=bindparam("read_to"))


def _plain(ended: Ended, now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "source": ended.lease.source.id,
        "token": ended.lease.token,
        "now": now,
        "next": _next_after_success(ended, now),
        "ttl": ended.ttl_seconds,
    }
    return row if ended.cursor is None else row | {"read_to": ended.cursor}


def _falls_quiet(ended: Ended, now: datetime) -> bool:
    before = ended.lease.source.last_success_at
    at = ended.quiet_at
    return at is not None and at <= now and (before is None or before < at)


def _next_after_success(ended: Ended, now: datetime) -> datetime:
    source = ended.lease.source
    own = interval(
        ended.heard_at,
        every=timedelta(seconds=source.every_seconds),
        since=source.created_at,
        now=now,
        ttl_seconds=ended.ttl_seconds,
    )
    least = timedelta(seconds=ended.lease.policy.min_interval_seconds)
    return next_poll_after_success(now, max(own, least), jitter=_jitter())


def _jitter() -> float:
    return random.uniform(-1, 1)  # noqa: S311 - spreads load, guards nothing


def _settle(db: Session, ended: Ended, now: datetime) -> None:
    """Write one end that is not plain."""
    source = held(db, ended.lease, now=now)
    if source is None:
        return
    before = source.health
    source.lease_until = source.lease_token = None
    db.add(source)
    if isinstance(ended.error, HostResting):  # asked for by another source: not to blame
        rest = timedelta(seconds=ended.error.retry_after_seconds or 0)
        source.next_poll_at = next_poll_after_rest(now, rest, jitter=_jitter())
        return
    source.last_problem = ended.problem
    if source.health is not SourceHealth.PAUSED:  # a person's word, which a poll does not undo
        source.health = _health(ended)
    if ended.error is None:
        _note_success(db, source, ended, now)
    else:
        _note_failure(source, ended.error, now)
    if source.health is not before:
        told = {"source": source.slug, "health": source.health.value}
        emit(db, "source.health_changed", source.id, now, dict(told))


def _note_success(db: Session, source: Source, ended: Ended, now: datetime) -> None:
    if _falls_quiet(ended, now):
        emit(db, "source.went_quiet", source.id, now, {"source": source.slug})
    if ended.cursor is not None:
        source.cursor = ended.cursor
    source.fail_count = 0
    source.last_success_at = now
    source.next_poll_at = _next_after_success(ended, now)
    source.ttl_seconds = ended.ttl_seconds
    if ended.problem is None:
        _note_redirect(db, source, ended.moved_to, now)


def _note_failure(source: Source, error: SourceError, now: datetime) -> None:
    source.fail_count += 1
    every, fails = timedelta(seconds=source.every_seconds), source.fail_count
    if isinstance(error, Gone):
        source.next_poll_at = next_poll_after_gone(now, every, fails=fails, jitter=_jitter())
        return
    after = error.retry_after_seconds
    source.next_poll_at = next_poll_after_failure(
        now,
        every,
        fails=fails,
        jitter=_jitter(),
        retry_after=None if after is None else timedelta(seconds=after),
    )


def _note_redirect(db: Session, source: Source, to: str | None, now: datetime) -> None:
    """Count a permanent redirect, and follow it for good when it lasts and stays on its site."""
    before = None
    if source.moved_to is not None and source.moved_since is not None:
        before = Redirecting(
            to=source.moved_to, since=source.moved_since, count=source.moved_count
        )
    seen = seen_again(before, to if to != source.url else None, now=now)
    source.moved_to = seen.to if seen else None
    source.moved_since = seen.since if seen else None
    source.moved_count = seen.count if seen else 0
    if seen and decide(seen, from_url=source.url, now=now, taken=is_taken(db, seen.to)) is (
        Move.FOLLOW
    ):
        move(db, source, now=now, by=HARKEN)


def is_taken(db: Session, url: str) -> bool:
    """Say whether an active source has this address."""
    there = select(exists().where(col(Source.url) == url, col(Source.active)))
    return bool(db.connection().execute(there).scalar())


def move(db: Session, source: Source, *, now: datetime, by: str) -> None:
    """Give a source the address that it redirects to, and note it in the ledger."""
    told: dict[str, JsonValue] = {
        "source": source.slug,
        "from": source.url,
        "to": source.moved_to,
    }
    source.url = source.moved_to or source.url
    source.moved_to = source.moved_since = None
    source.moved_count = 0
    db.add(source)
    emit(db, "source.moved", source.id, now, told)
    audit(db, actor=by, action="source.moved", subject=f"source:{source.id}", at=now)


def accept_move(db: Session, source: Source, *, now: datetime, by: str) -> None:
    """Give a source the address that it redirects to, because a person says so.

    Raises:
        RefusedError: it redirects nowhere, or another source is there already.
    """
    if source.moved_to is None:
        raise RefusedError(f"{source.slug} does not redirect for good, as far as is known")
    if is_taken(db, source.moved_to):
        raise RefusedError(
            f"{source.moved_to} is a source already; remove {source.slug} if it is the same"
        )
    move(db, source, now=now, by=by)


def _health(ended: Ended) -> SourceHealth:
    if isinstance(ended.error, PoisonDocument):
        return SourceHealth.POISON
    return SourceHealth.DEGRADED if ended.error or ended.problem else SourceHealth.OK
