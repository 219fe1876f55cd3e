"""The audit chain and the outbox: what every change of a lead writes beside itself.

Events that had their time leave at the old end, and the chain says so itself: an event names the
last one that went, with its hash, from which the oldest that is left follows. Who takes events
away without such an event breaks the chain.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue
from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from models.ledger import AuditEvent, Outbox

GENESIS = "0" * 64
_CHAIN_LOCK = 0x4841524B  # "HARK"
_CUT: Final = "audit.cut"
#: Events leave for a day at a time: each time writes an event of its own.
_AT_ONCE = timedelta(days=1)
_HARKEN = "harken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What there is of the chain, and whether it is whole."""

    events: int
    last: str  # hash of the newest; written down elsewhere, it proves that the end is still there
    broken_at: int | None  # seq of the first event that does not follow; None: whole
    cut_through: int | None  # seq of the last event that had its time and left


def take_turn(db: Session) -> None:
    """Be the only one who changes leads until this transaction ends.

    On SQLite a writer is alone from the start. On PostgreSQL this comes before the first lock on
    a lead or an offer: those who took them in different orders would wait for each other for ever.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def audit(
    db: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, JsonValue] | None = None,
) -> None:
    """Append to the audit chain in the caller's transaction. Ids and codes only, never text."""
    take_turn(db)
    db.flush()
    last = db.exec(select(AuditEvent.hash).order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    event = AuditEvent(
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
        prev_hash=last or GENESIS,
        hash="",
    )
    event.hash = chain_hash(event)
    db.add(event)
    db.flush()


def chain_hash(event: AuditEvent) -> str:
    """Return the hash that ties ``event`` to the one before it: SHA-256 in hex."""
    body = [
        event.prev_hash,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.detail,
    ]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def broken_link(db: Session) -> int | None:
    """Return the ``seq`` of the first audit event that does not follow from the one before."""
    return follow_chain(db).broken_at


def follow_chain(db: Session) -> Chain:
    """Go through the whole chain: each event follows from the one before, the first from a cut."""
    events, previous, broken, cut = 0, GENESIS, None, None
    first: tuple[int | None, str] = (None, GENESIS)
    rows = select(AuditEvent).order_by(col(AuditEvent.seq))
    for event in db.exec(rows).yield_per(1000):
        if not events:
            first, previous = (event.seq, event.prev_hash), event.prev_hash
        follows = event.prev_hash == previous and event.hash == chain_hash(event)
        if broken is None and not follows:
            broken = event.seq
        if event.action == _CUT:
            cut = event.detail
        events, previous = events + 1, event.hash
    through = cut.get("through") if cut is not None else None
    if first[1] != (cut.get("hash") if cut is not None else GENESIS):
        broken = first[0]
    return Chain(
        events=events,
        last=previous,
        broken_at=broken,
        cut_through=through if isinstance(through, int) else None,
    )


def forget_events(db: Session, *, before: datetime, now: datetime, most: int) -> int:
    """Let the oldest events go that happened before then; return how many went.

    A day's worth at least, so that the chain is not made of notes about its end: an event stays
    for a day longer than it has to, at the most. What is still there is as whole as it was.

    Args:
        db: the caller's transaction.
        before: the first moment whose events stay.
        now: the present.
        most: events that go at a time; the rest follows with the next call.
    """
    take_turn(db)
    by_age = select(AuditEvent).order_by(col(AuditEvent.seq))
    oldest = db.exec(by_age.limit(1)).first()
    if oldest is None or oldest.at >= before - _AT_ONCE:
        return 0
    stays = db.exec(by_age.where(col(AuditEvent.at) >= before).limit(1)).first()
    over = by_age if stays is None else by_age.where(col(AuditEvent.seq) < stays.seq)
    going = db.exec(over.limit(most)).all()
    last = going[-1]
    audit(
        db,
        actor=_HARKEN,
        action=_CUT,
        subject=f"audit:{last.seq}",
        at=now,
        detail={"through": last.seq, "hash": last.hash, "events": len(going)},
    )
    db.execute(delete(AuditEvent).where(col(AuditEvent.seq) <= last.seq))
    return len(going)


def first_kept(db: Session) -> int:
    """Return the ``seq`` of the oldest event that is left; 0 where there is none."""
    return db.exec(select(AuditEvent.seq).order_by(col(AuditEvent.seq)).limit(1)).first() or 0


def emit(
    db: Session, kind: str, subject_id: str, at: datetime, payload: Mapping[str, JsonValue]
) -> None:
    """Put an event into the outbox in the caller's transaction."""
    db.add(Outbox(kind=kind, subject_id=subject_id, payload=dict(payload), created_at=at))
