"""Which sources are due, and whose turn with them it is: rows with a lease, not a queue.

A lease is short and renewed while its crawl lives. What a killed crawl held is free again at once
on the same machine, and after half a minute elsewhere.
"""

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.source import Source, SourcePolicy
from models.words import SourceHealth

#: Security-and-privacy, R2: a heartbeat every 10 s, stale after 30 s.
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A source that this crawl, and no other, may poll now."""

    source: Source
    policy: SourcePolicy
    token: str


def lease_due(db: Session, *, now: datetime, most: int = 50) -> tuple[Leased, ...]:
    """Lease the active sources whose time has come, longest overdue first."""
    due = select(Source).where(col(Source.active), Source.next_poll_at <= now)
    return _lease(db, due.order_by(col(Source.next_poll_at)).limit(most), now)


def lease_all(db: Session, *, now: datetime) -> tuple[Leased, ...]:
    """Lease every active source that nobody else is polling."""
    return _lease(db, select(Source).where(col(Source.active)).order_by(Source.slug), now)


def lease_named(db: Session, slugs: Sequence[str], *, now: datetime) -> tuple[Leased, ...]:
    """Lease the active sources of these names that nobody else is polling."""
    named = select(Source).where(col(Source.active), col(Source.slug).in_(slugs))
    return _lease(db, named, now)


def renew(db: Session, leased: Sequence[Leased], *, now: datetime) -> None:
    """Keep those of ``leased`` that are still ours for another while."""
    tokens = [lease.token for lease in leased]
    for source in db.exec(select(Source).where(col(Source.lease_token).in_(tokens))):
        source.lease_until = now + LEASE
        db.add(source)


def held(db: Session, leased: Leased, *, now: datetime) -> Source | None:
    """Return the source's row for writing and renew the lease; None when another has it."""
    source = db.get(Source, leased.source.id, with_for_update=True, populate_existing=True)
    if source is None or source.lease_token != leased.token:
        return None
    source.lease_until = now + LEASE
    db.add(source)
    return source


def _lease(db: Session, wanted: SelectOfScalar[Source], now: datetime) -> tuple[Leased, ...]:
    _free_the_dead(db)
    free = wanted.where(
        Source.health != SourceHealth.PAUSED,
        or_(col(Source.lease_until).is_(None), col(Source.lease_until) <= now),
    )
    leased: list[Leased] = []
    for source in db.exec(free.with_for_update(skip_locked=True)).all():
        source.lease_token = f"{_machine()}{os.getpid()}:{secrets.token_hex(8)}"
        source.lease_until = now + LEASE
        db.add(source)
        policy = db.get_one(SourcePolicy, source.policy_name)
        leased.append(Leased(source=source, policy=policy, token=source.lease_token))
    return tuple(leased)


def _free_the_dead(db: Session) -> None:
    """Free what processes of this machine hold that are no longer there."""
    ours = col(Source.lease_token).startswith(_machine(), autoescape=True)
    for source in db.exec(select(Source).where(ours)):
        pid = int(str(source.lease_token).removeprefix(_machine()).partition(":")[0])
        if not _is_alive(pid):
            source.lease_token = source.lease_until = None
            db.add(source)
    db.flush()


def _machine() -> str:
    return f"{socket.gethostname()}:"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
