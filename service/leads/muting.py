"""Mutes: an author or a source makes no leads for a topic any more, until it is lifted.

Why no suppression: that list is for people who must be left alone, holds for everything, keeps
hashes and is not for sellers to take names off again. A mute is about noise. What is heard while
it stands is kept as a muted signal, so that lifting it brings back what there was.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, update
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, LeadSignal
from models.moves import LeadEvent, Request
from models.mute import Mute
from models.people import User
from models.post import Post
from models.signal import Signal
from models.words import DisqualifyReason, LeadStatus, SignalStatus
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.leads.closing import reopen
from service.leads.ledger import audit, take_turn
from service.leads.mutes import heard_under, muted_still, standing
from service.leads.transitions import lead_of, transition
from service.leads.whose import DECIDERS

#: Nobody works on these yet; what a rep has in hand stays there.
_UNTOUCHED = (
    LeadStatus.DETECTED,
    LeadStatus.MQL,
    LeadStatus.NURTURING,
    LeadStatus.SALES_READY,
)
#: Leads that one press closes: each writes its history in the same transaction.
MOST_CLOSED = 200
_CLOSED_BY = "nothing; its author or community is muted"


class Muted(StrEnum):
    """Who or what is not listened to."""

    AUTHOR = "author"
    COMMUNITY = "community"


def mute(db: Session, *, lead_id: str, what: Muted, user_id: str, rev: int, now: datetime) -> Mute:
    """Mute the author of a lead, or the source it was heard at, for the lead's topic.

    Their live leads on the topic that nobody works on yet are closed, `MOST_CLOSED` of them at
    the most; their signals on it, those to come included, count for nothing.

    Raises:
        ForbiddenError: the user does not decide about leads.
        ConflictError: the lead changed since ``rev``.
        RefusedError: the lead has no author, or that is muted already.
    """
    user = db.get_one(User, user_id)
    if user.role not in DECIDERS:
        raise ForbiddenError("Who decides about leads mutes; tell a marketer.")
    lead = lead_of(db, lead_id, rev=rev)
    post = _post_of(db, lead)
    row = Mute(topic_id=lead.topic_id, at=now, by=user.id)
    if what is Muted.AUTHOR:
        row.author_id = lead.author_id
    else:
        row.source_id = post.source_id if post else None
    if row.author_id is None and row.source_id is None:
        raise RefusedError("Nobody is named there, so there is nobody to mute.")
    if standing(db, topic_id=row.topic_id, author_id=row.author_id, source_id=row.source_id):
        raise RefusedError("That is muted already.")
    _silence(db, row)
    closed = list(_to_close(db, row))
    row.leads = closed
    db.add(row)
    db.flush()
    for one in closed:
        _close(db, one, user, now)
    audit(
        db,
        actor=user.id,
        action=f"{what.value}.muted",
        subject=f"mute:{row.id}",
        at=now,
        detail={"topic": row.topic_id, "leads": len(closed)},
    )
    return row


def lift(
    db: Session, mute_id: str, *, user_id: str, config: Config, secret: bytes, now: datetime
) -> int:
    """Lift a mute: signals count again, and the leads that it closed are open; return how many.

    Raises:
        ForbiddenError: the user does not decide about leads.
        NotFoundError: there is none, or it was lifted.
    """
    take_turn(db)
    user = db.get_one(User, user_id)
    if user.role not in DECIDERS:
        raise ForbiddenError
    row = db.get(Mute, mute_id, with_for_update=True, populate_existing=True)
    if row is None or row.lifted_at is not None:
        raise NotFoundError("That is not muted any more.")
    row.lifted_at, row.lifted_by = now, user.id
    db.add(row)
    db.flush()
    _set(
        db,
        SignalStatus.NEW,
        heard_under(row),
        col(Signal.status) == SignalStatus.MUTED,
        ~muted_still(),
    )
    audit(db, actor=user.id, action="mute.lifted", subject=f"mute:{row.id}", at=now)
    opened = 0
    for lead_id in row.leads:
        lead = db.get(Lead, lead_id)
        if lead is None or lead.status is not LeadStatus.DISQUALIFIED:
            continue
        try:
            reopen(
                db,
                lead_id=lead_id,
                user_id=user.id,
                rev=lead.rev,
                reason="it is not muted any more",
                config=config,
                secret=secret,
                now=now,
            )
        except RefusedError:  # its author must be left alone by now
            continue
        opened += 1
    return opened


def _silence(db: Session, row: Mute) -> None:
    """Mark what was heard so far; what a person said of a signal, or has in hand, stays."""
    in_hand = (
        exists()
        .where(
            col(LeadSignal.signal_id) == col(Signal.id),
            col(Lead.id) == col(LeadSignal.lead_id),
            col(Lead.status).not_in(_UNTOUCHED),
        )
        .correlate(Signal)
    )
    _set(
        db, SignalStatus.MUTED, heard_under(row), col(Signal.status) == SignalStatus.NEW, ~in_hand
    )


def _set(db: Session, status: SignalStatus, *which: ColumnElement[bool]) -> None:
    db.flush()
    db.connection().execute(update(Signal).where(*which).values(status=status))
    db.expire_all()


def _to_close(db: Session, row: Mute) -> Sequence[str]:
    """Return the leads that nobody works on and of which nothing is left."""
    heard = (
        select(LeadSignal.lead_id)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .where(heard_under(row))
    )
    counts_still = (
        exists()
        .where(
            col(LeadSignal.lead_id) == col(Lead.id),
            col(Signal.id) == col(LeadSignal.signal_id),
            col(Signal.status) != SignalStatus.MUTED,
        )
        .correlate(Lead)
    )
    return db.exec(
        select(Lead.id)
        .where(
            Lead.topic_id == row.topic_id,
            col(Lead.status).in_(_UNTOUCHED),
            col(Lead.id).in_(heard),
            ~counts_still,
        )
        .order_by(col(Lead.score).desc(), col(Lead.id))
        .limit(MOST_CLOSED)
    ).all()


def _close(db: Session, lead_id: str, user: User, now: datetime) -> None:
    asked = Request(
        to=LeadStatus.DISQUALIFIED,
        event=LeadEvent.DISQUALIFIED,
        at=now,
        actor=user.id,
        reason=DisqualifyReason.OUT_OF_MARKET.value,
        note="muted",
    )
    transition(db, lead_of(db, lead_id), asked, next_step=_CLOSED_BY, next_step_at=None)


def _post_of(db: Session, lead: Lead) -> Post | None:
    return db.exec(
        select(Post)
        .join(Signal, col(Signal.post_id) == Post.id)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == lead.id)
        .order_by(col(Signal.happened_at).desc())
        .limit(1)
    ).first()
