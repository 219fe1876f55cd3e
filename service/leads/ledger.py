"""The audit chain and the outbox: what every change of a lead writes beside itself."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.ledger import AuditEvent, Outbox

GENESIS = "0" * 64
_CHAIN_LOCK = 0x4841524B  # "HARK"


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
    previous = GENESIS
    for event in db.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).yield_per(1000):
        if event.prev_hash != previous or event.hash != chain_hash(event):
            return event.seq
        previous = event.hash
    return None


def emit(
    db: Session, kind: str, subject_id: str, at: datetime, payload: Mapping[str, JsonValue]
) -> None:
    """Put an event into the outbox in the caller's transaction."""
    db.add(Outbox(kind=kind, subject_id=subject_id, payload=dict(payload), created_at=at))
