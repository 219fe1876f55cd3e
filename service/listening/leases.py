"""Which sources are due, and whose turn with them it is: rows with a lease, not a queue.

A lease is short and renewed while its crawl lives. What a killed crawl held is free again at once
on the same machine, and after half a minute elsewhere. All that is leased in one go has one token;
a source that is settled loses it.
"""

import os
import re
import secrets
import socket
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, or_, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from models.source import Source, SourcePolicy
from models.words import SourceHealth, SourceKind
from service.listening.hosts import resting
from service.rules.spreading import Due, Plan, plan

#: Security-and-privacy, R2: a heartbeat every 10 s, stale after 30 s.
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 10.0

#: How often it is looked for more that is due, when what was found had to be put off.
_LOOKS = 10
_IN_CHUNK = 500  # ids in one statement; SQLite takes 999 variables at the least
_BEHIND_HOST = re.compile("[/?#]")
_NEVER_POLLED = [kind for kind in SourceKind if not kind.is_polled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A source that this crawl, and no other, may poll now."""

    source: Source
    policy: SourcePolicy
    token: str
    host: str  # see ``host_of``


def host_of(url: str) -> str:
    """Return an address's host as budgets name it: in lower case, with a port that is unusual."""
    scheme, _, rest = url.partition("://")
    host = _BEHIND_HOST.split(rest, maxsplit=1)[0].lower()
    usual = {"http": ":80", "https": ":443"}.get(scheme.lower())
    return host.removesuffix(usual) if usual else host


def lease_due(db: Session, *, now: datetime, most: int = 50) -> tuple[Leased, ...]:
    """Lease active sources whose time has come, longest overdue first, at most ``most``.

    A host with many of them gets a few of them polled and the others a later time, and so does one
    that rests: see ``service.rules.spreading``.
    """
    free_the_dead(db)
    rests = resting(db, now=now)
    chosen: list[str] = []
    given: Counter[str] = Counter()
    for _ in range(_LOOKS):
        due = _due(db, now=now, most=most - len(chosen), but=chosen)
        made = plan(due, now=now, most=most - len(chosen), resting=rests, given=given)
        _put_off(db, made)
        chosen += made.now
        if not made.later:  # else there may be others behind those that were put off
            break
    return _lease(db, chosen, now)


def _due(db: Session, *, now: datetime, most: int, but: Sequence[str]) -> list[Due]:
    rows = db.connection().execute(
        columns(
            col(Source.id),
            col(Source.url),
            col(Source.next_poll_at),
            col(SourcePolicy.min_interval_seconds),
        )
        .join(SourcePolicy, col(SourcePolicy.name) == col(Source.policy_name))
        .where(col(Source.next_poll_at) <= now, *_free(now), col(Source.id).not_in(but))
        .order_by(col(Source.next_poll_at))
        .limit(most)
        .with_for_update(skip_locked=True, of=Source)
    )
    return [
        Due(
            id=row.id,
            host=host_of(row.url),
            due_at=row.next_poll_at,
            gap=timedelta(seconds=row.min_interval_seconds),
        )
        for row in rows
    ]


def lease_all(db: Session, *, now: datetime) -> tuple[Leased, ...]:
    """Lease every active source that nobody else is polling, longest waiting first."""
    free_the_dead(db)
    free = columns(col(Source.id)).where(*_free(now))
    ids = db.connection().execute(
        free.order_by(col(Source.next_poll_at), col(Source.slug)).with_for_update(skip_locked=True)
    )
    return _lease(db, list(ids.scalars()), now)


def lease_named(db: Session, slugs: Sequence[str], *, now: datetime) -> tuple[Leased, ...]:
    """Lease the active sources of these names that nobody else is polling."""
    free_the_dead(db)
    named = columns(col(Source.id)).where(col(Source.slug).in_(slugs), *_free(now))
    locked = named.order_by(col(Source.slug)).with_for_update(skip_locked=True)
    return _lease(db, list(db.connection().execute(locked).scalars()), now)


def renew(db: Session, leased: Collection[Leased], *, now: datetime) -> None:
    """Keep those of ``leased`` that are still ours for another while."""
    tokens = sorted({lease.token for lease in leased})
    for start in range(0, len(tokens), _IN_CHUNK):
        ours = col(Source.lease_token).in_(tokens[start : start + _IN_CHUNK])
        db.connection().execute(update(Source).where(ours).values(lease_until=now + LEASE))


def held(db: Session, leased: Leased, *, now: datetime) -> Source | None:
    """Return the source's row for writing and renew the lease; None when another has it."""
    source = db.get(Source, leased.source.id, with_for_update=True, populate_existing=True)
    if source is None or source.lease_token != leased.token:
        return None
    source.lease_until = now + LEASE
    db.add(source)
    return source


def all_held(db: Session, leased: Sequence[Leased]) -> dict[str, Source]:
    """Return the rows of those sources that are still ours, by id, for writing."""
    tokens = {lease.source.id: lease.token for lease in leased}
    rows: dict[str, Source] = {}
    ids = sorted(tokens)  # in one order for everybody
    for start in range(0, len(ids), _IN_CHUNK):
        some = select(Source).where(col(Source.id).in_(ids[start : start + _IN_CHUNK]))
        locked = some.order_by(Source.id).with_for_update()
        found = db.exec(locked.execution_options(populate_existing=True))
        rows.update((row.id, row) for row in found if row.lease_token == tokens[row.id])
    return rows


def free_the_dead(db: Session) -> None:
    """Free what processes of this machine hold that are no longer there."""
    leased = col(Source.lease_token).is_not(None)
    tokens = db.connection().execute(columns(col(Source.lease_token)).where(leased).distinct())
    ours = [str(token) for token in tokens.scalars() if str(token).startswith(_machine())]
    dead = [token for token in ours if not _is_alive(_process_of(token))]
    if dead:
        free = update(Source).where(col(Source.lease_token).in_(dead))
        db.connection().execute(free.values(lease_token=None, lease_until=None))


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of sources that may be leased."""
    ended = or_(col(Source.lease_until).is_(None), col(Source.lease_until) <= now)
    polled = and_(
        col(Source.health) != SourceHealth.PAUSED, col(Source.kind).not_in(_NEVER_POLLED)
    )
    return col(Source.active).is_(True), polled, ended


def _put_off(db: Session, made: Plan) -> None:
    if made.later:
        later = [{"source": id_, "at": at} for id_, at in made.later.items()]
        db.connection().execute(_LATER, later)


_LATER = (
    update(Source)
    .where(col(Source.id) == bindparam("source"))
    .values(next_poll_at=bindparam("at"))
)


def _lease(db: Session, ids: Sequence[str], now: datetime) -> tuple[Leased, ...]:
    """Lease the sources of these ids, which are free and locked; in the order given."""
    token = f"{_machine()}{os.getpid()}:{secrets.token_hex(8)}"
    rows: dict[str, Source] = {}
    for start in range(0, len(ids), _IN_CHUNK):
        chunk = ids[start : start + _IN_CHUNK]
        taken = update(Source).where(col(Source.id).in_(chunk))
        found = db.scalars(
            taken.values(lease_token=token, lease_until=now + LEASE).returning(Source),
            execution_options={"synchronize_session": False, "populate_existing": True},
        )
        rows.update((source.id, source) for source in found)
    policies = {policy.name: policy for policy in db.exec(select(SourcePolicy))} if rows else {}
    sources = (rows[id_] for id_ in ids)
    return tuple(
        Leased(
            source=source,
            policy=policies[source.policy_name],
            token=token,
            host=host_of(source.url),
        )
        for source in sources
    )


def _machine() -> str:
    return f"{socket.gethostname()}:"


def _process_of(token: str) -> int:
    return int(token.removeprefix(_machine()).partition(":")[0])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
