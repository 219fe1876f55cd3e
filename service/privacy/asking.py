"""What people who are heard ask of us on the page at /privacy, and that a person answers it.

Nothing is looked up when they ask, and all are told the same: the page tells nobody whether
somebody is known here. What they say of themselves goes when it is answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlmodel import Session, col, func, select

from models.privacy import PrivacyRequest
from models.privacy_words import AskedFor, RequestEnd
from service.errors import NotFoundError, RefusedError
from service.leads.ledger import audit

#: Art. 12(3): without undue delay, and within a month.
ANSWER_WITHIN = timedelta(days=30)
#: Of a day, from everybody together: more than that is somebody's script, and fills the disk.
MOST_A_DAY = 200
_ANYBODY = "anybody"
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What somebody asks."""

    asked_for: AskedFor
    handle: str
    place: str
    contact: str
    message: str = ""


class TooManyError(RefusedError):
    """So many asked today that nothing more is taken in; the controller has another address."""


def ask(db: Session, asking: Asking, *, now: datetime) -> PrivacyRequest:
    """Keep what somebody asks, for the privacy officer.

    Raises:
        TooManyError: there were too many of late.
    """
    lately = select(func.count()).where(PrivacyRequest.at > now - timedelta(days=1))
    if db.exec(lately).one() >= MOST_A_DAY:
        raise TooManyError(
            "Too many asked here today. Write to us instead, or come back tomorrow."
        )
    row = PrivacyRequest(
        asked_for=asking.asked_for,
        handle=asking.handle,
        place=asking.place,
        contact=asking.contact,
        message=asking.message,
        at=now,
        due_at=now + ANSWER_WITHIN,
    )
    db.add(row)
    db.flush()
    detail: dict[str, JsonValue] = {"asked_for": asking.asked_for.value}
    audit(db, actor=_ANYBODY, action="privacy.asked", subject=_of(row), at=now, detail=detail)
    return row


def open_requests(db: Session) -> Sequence[PrivacyRequest]:
    """Return what is still to be answered, the most urgent first."""
    return db.exec(
        select(PrivacyRequest)
        .where(col(PrivacyRequest.closed_at).is_(None))
        .order_by(col(PrivacyRequest.due_at), col(PrivacyRequest.id))
        .limit(_SHOWN)
    ).all()


def close(db: Session, request_id: str, *, ended: RequestEnd, by: str, now: datetime) -> None:
    """Note that somebody was answered; whatever says who they are goes.

    Raises:
        NotFoundError: there is none, or it was answered before.
    """
    row = db.get(PrivacyRequest, request_id, with_for_update=True)
    if row is None or row.closed_at is not None:
        raise NotFoundError("There is no such request any more; somebody may have answered it.")
    row.closed_at, row.ended, row.closed_by = now, ended, by
    row.handle = row.place = row.contact = row.message = ""
    db.add(row)
    detail: dict[str, JsonValue] = {"asked_for": row.asked_for.value, "ended": ended.value}
    audit(db, actor=by, action="privacy.answered", subject=_of(row), at=now, detail=detail)


def number_of(request_id: str) -> str:
    """Return what a request is called towards who asked: enough to find it by."""
    return request_id[-8:].upper()


def _of(row: PrivacyRequest) -> str:
    return f"request:{row.id}"
