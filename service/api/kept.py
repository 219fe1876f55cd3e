"""Answers to writes that may be sent again, kept for a day.

The key is noted first, in a transaction of its own, so that the same request beside it is told to
wait. The answer is kept in the transaction that does what was asked: after a crash there is both
or neither, and what was not finished within a minute may be tried again by the next request; who
comes back to finish it then finds that it is no longer his.

A refused write changes nothing, so it is not kept: the key is free again.

Source: draft-ietf-httpapi-idempotency-key-header-07, section 2.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models.api import IdempotencyKey
from models.ids import new_id
from service.api.errors import KeyReusedError, StillAtItError

KEPT: Final = timedelta(hours=24)
#: By then whoever was at it has died: a write takes milliseconds, and waits 30 s for its turn.
_GIVEN_UP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One try at a request."""

    token_id: str
    key: str
    fingerprint: str  # a keyed hash of the request
    id: str = field(default_factory=new_id)


def begin(db: Session, claim: Claim, *, now: datetime) -> IdempotencyKey | None:
    """Note that somebody is at it; return what was answered already, if it was.

    Raises:
        KeyReusedError: the key came with another request before.
        StillAtItError: the same request is being worked on.
    """
    forget_expired(db, now=now)
    fresh = {
        "token_id": claim.token_id,
        "key": claim.key,
        "fingerprint": claim.fingerprint,
        "attempt": claim.id,
        "started_at": now,
        "expires_at": now + KEPT,
        "headers": {},
        "body": "",
    }
    # psycopg counts no inserted rows, so the row itself says whether it is new.
    noted = _insert_missing(db).values(**fresh).returning(col(IdempotencyKey.key))
    if db.connection().execute(noted).first() is not None:
        return None
    named = (claim.token_id, claim.key)
    there = db.get(IdempotencyKey, named, with_for_update=True, populate_existing=True)
    if there is None:  # it was let go of at this very moment
        raise StillAtItError
    if not hmac.compare_digest(there.fingerprint, claim.fingerprint):
        raise KeyReusedError
    if there.status is not None:
        return there
    if now - there.started_at < _GIVEN_UP:
        raise StillAtItError
    there.attempt, there.started_at = claim.id, now
    db.add(there)
    return None


def finish(db: Session, claim: Claim, *, status: int, headers: dict[str, str], body: str) -> None:
    """Keep the answer, in the transaction of what it tells.

    Raises:
        StillAtItError: another took over; what was done here is to be undone.
    """
    db.flush()
    kept = db.execute(
        update(IdempotencyKey)
        .where(*_ours(claim))
        .values(status=status, headers=headers, body=body)
    )
    if kept.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE has it
        raise StillAtItError


def let_go(db: Session, claim: Claim) -> None:
    """Free the key of a request that was refused: nothing was changed."""
    db.execute(delete(IdempotencyKey).where(*_ours(claim)))


def forget_expired(db: Session, *, now: datetime) -> int:
    """Forget answers whose day is over; return how many."""
    over = db.execute(delete(IdempotencyKey).where(col(IdempotencyKey.expires_at) <= now))
    return int(over.rowcount)  # type: ignore[attr-defined]  # a DELETE has it


def _ours(claim: Claim) -> tuple[Any, ...]:  # Any: what `where` takes
    return (
        col(IdempotencyKey.token_id) == claim.token_id,
        col(IdempotencyKey.key) == claim.key,
        col(IdempotencyKey.attempt) == claim.id,
    )


def _insert_missing(db: Session) -> Any:  # the two dialects' inserts have no type in common
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(IdempotencyKey).on_conflict_do_nothing()
