"""The whole history of a lead on one line: from the first signal to the end, without gaps.

It holds ids, codes and what our own people wrote; the buyers' words stay with their posts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.contact import Activity, Inquiry
from models.lead import Lead, LeadSignal, Offer, StatusChange, Touchpoint
from models.merge import MergeRecord, Result
from models.nurture import Draft
from models.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened."""

    at: datetime
    what: str  # signal, inquiry, activity, status, offer, touch, result, nurture, merge
    code: str  # the kind of it, in the stored words
    subject: str  # id of the row that tells more
    by: str | None = None  # a user's id, or "harken"; None: the buyer
    note: str = ""
    step: int | None = None  # of the journey, for a signal
    furthest: int | None = None  # the furthest step reached by then, for a signal


def timeline(db: Session, lead: Lead) -> tuple[Moment, ...]:
    """Return what happened to ``lead``, oldest first; things of one moment in their order."""
    moments = [
        *_signals(db, lead),
        *_activities(db, lead),
        *_changes(db, lead),
        *_offers(db, lead),
        *_touches(db, lead),
        *_results(db, lead),
        *_drafts(db, lead),
        *_merges(db, lead),
    ]
    return tuple(sorted(moments, key=lambda moment: (moment.at, moment.subject)))


def journey(db: Session, lead: Lead) -> tuple[Moment, ...]:
    """Return the steps of the buyer's journey as they were heard, with the furthest by then."""
    return tuple(sorted(_signals(db, lead), key=lambda moment: (moment.at, moment.subject)))


def _signals(db: Session, lead: Lead) -> Iterator[Moment]:
    rows = db.exec(
        select(Signal, Inquiry.channel)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .outerjoin(Inquiry, col(Inquiry.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == lead.id)
        .order_by(col(Signal.happened_at), Signal.id)
    )
    furthest = 0
    for signal, channel in rows:
        furthest = max(furthest, signal.journey_step)
        yield Moment(
            at=signal.happened_at,
            what="inquiry" if channel else "signal",
            code=str(channel) if channel else str(signal.signal_class or signal.kind),
            subject=signal.id,
            step=signal.journey_step,
            furthest=furthest,
        )


def _activities(db: Session, lead: Lead) -> Iterator[Moment]:
    if lead.person_id is None:
        return
    rows = select(Activity).where(
        Activity.person_id == lead.person_id,
        (col(Activity.topic_id) == lead.topic_id) | col(Activity.topic_id).is_(None),
    )
    for row in db.exec(rows):
        yield Moment(
            at=row.at, what="activity", code=row.kind.value, subject=row.id, note=row.what
        )


def _changes(db: Session, lead: Lead) -> Iterator[Moment]:
    for row in db.exec(select(StatusChange).where(StatusChange.lead_id == lead.id)):
        yield Moment(
            at=row.at,
            what="status",
            code=row.to_status.value,
            subject=row.id,
            by=row.actor,
            note=row.reason or row.event,
        )


def _offers(db: Session, lead: Lead) -> Iterator[Moment]:
    for row in db.exec(select(Offer).where(Offer.lead_id == lead.id)):
        yield Moment(
            at=row.offered_at,
            what="offer",
            code=row.state.value,
            subject=row.id,
            by=row.to_user_id,
        )


def _touches(db: Session, lead: Lead) -> Iterator[Moment]:
    for row in db.exec(select(Touchpoint).where(Touchpoint.lead_id == lead.id)):
        yield Moment(
            at=row.at,
            what="touch",
            code=row.kind.value,
            subject=row.id,
            by=row.by_user_id,
            note=row.note,
        )


def _results(db: Session, lead: Lead) -> Iterator[Moment]:
    for row in db.exec(select(Result).where(Result.lead_id == lead.id)):
        yield Moment(
            at=row.at, what="result", code=row.code, subject=row.id, by=row.by, note=row.note
        )


def _drafts(db: Session, lead: Lead) -> Iterator[Moment]:
    rows = select(Draft).where(Draft.lead_id == lead.id, col(Draft.answered_at).is_not(None))
    for row in db.exec(rows):
        yield Moment(
            at=row.answered_at or row.due_at,
            what="nurture",
            code=row.state.value,
            subject=row.id,
            by=row.answered_by,
            note=row.title,
        )


def _merges(db: Session, lead: Lead) -> Iterator[Moment]:
    for row in db.exec(select(MergeRecord).where(MergeRecord.survivor_id == lead.id)):
        yield Moment(
            at=row.at, what="merge", code="merged", subject=row.id, by=row.by, note=row.loser_id
        )
        if row.undone_at is not None:
            yield Moment(
                at=row.undone_at,
                what="merge",
                code="unmerged",
                subject=row.id,
                by=row.undone_by,
                note=row.loser_id,
            )
