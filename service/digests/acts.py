"""What a reader may do with a lead from the mail, and what is done when he says so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from config import Config
from models.digest import RejectLabel
from models.lead import Lead, LeadSignal, Offer
from models.moves import LIVE, LeadEvent, allowed
from models.people import User
from models.post import Post
from models.signal import Signal
from models.words import (
    DeclineReason,
    DisqualifyReason,
    LeadStatus,
    OfferState,
    SignalStatus,
    UserRole,
)
from service.digests.readers import scope_of
from service.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from service.leads import by_hand
from service.leads.ledger import audit
from service.leads.snoozing import morning, snooze
from service.leads.transitions import lead_of
from service.leads.whose import DECIDERS
from service.routing import offers

_ASSIGNERS = frozenset({UserRole.ADMIN, UserRole.MANAGER})
_TO_REVIEW = frozenset({LeadStatus.DETECTED, LeadStatus.MQL, LeadStatus.NURTURING})
#: Days for which a lead can be put off.
SNOOZES = (1, 3, 7, 14)
_CONFIRMED = "confirmed in the digest"


class Act(StrEnum):
    """What a button in a mail asks for. The page behind it asks again."""

    TAKE = "take"  # accept an offer
    DECLINE = "decline"
    CONFIRM = "confirm"  # it is a lead
    REJECT = "reject"  # it is none
    ASSIGN = "assign"  # to me
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader decided on the page behind a link."""

    act: Act
    rev: int  # of the lead that the page showed
    reason: DisqualifyReason | DeclineReason | None = None
    note: str = ""
    to_sales: bool = False  # with a confirmation: it goes on at once
    days: int = 1  # of a snooze


def acts_for(user: User, lead: Lead, *, offered_to_me: bool, config: Config) -> tuple[Act, ...]:
    """Return what ``user`` may do with ``lead``, the most likely first."""
    if lead.status not in LIVE or user.role is UserRole.VIEWER:
        return ()
    if offered_to_me:
        return (Act.TAKE, Act.DECLINE)
    mine, decides = lead.owner_id == user.id, user.role in DECIDERS
    topics = scope_of(user, config).topics
    if not mine and not (decides and (topics is None or lead.topic_id in topics)):
        return ()
    reviews = decides and lead.status in _TO_REVIEW
    takes = user.role in _ASSIGNERS and user.team_id is not None and not mine
    chances = {
        Act.CONFIRM: reviews,
        Act.ASSIGN: takes and (reviews or lead.status is LeadStatus.SALES_READY),
        Act.REJECT: user.role is not UserRole.PARTNER
        and bool(allowed(lead.status, LeadEvent.DISQUALIFIED)),
        Act.SNOOZE: mine or reviews,
    }
    return tuple(act for act, can in chances.items() if can)


def open_offer(db: Session, lead_id: str, user_id: str) -> Offer | None:
    """Return the open offer of a lead to a user, if there is one."""
    return db.exec(
        select(Offer).where(
            Offer.lead_id == lead_id,
            Offer.to_user_id == user_id,
            Offer.state == OfferState.OPEN,
        )
    ).first()


def do(
    db: Session, user: User, lead_id: str, asked: Asked, *, config: Config, now: datetime
) -> None:
    """Do what ``user`` decided about a lead, in the caller's transaction.

    Raises:
        ConflictError: the lead changed since it was looked at, or the offer is over.
        ForbiddenError: that is not for this user to decide.
        RefusedError: it can't be done from where the lead stands.
    """
    lead = lead_of(db, lead_id, rev=asked.rev)
    offer = open_offer(db, lead_id, user.id)
    if asked.act not in acts_for(user, lead, offered_to_me=offer is not None, config=config):
        raise ForbiddenError("That can't be done with this lead any more, or not by you.")
    match asked.act:
        case Act.TAKE | Act.DECLINE:
            _answer(db, user, offer, asked, config, now)
        case Act.CONFIRM:
            _confirm(db, user, lead, asked, config, now)
        case Act.REJECT:
            _reject(db, user, lead, asked, now)
        case Act.ASSIGN:
            _assign(db, user, lead, config, now)
        case Act.SNOOZE:
            snooze(
                db,
                lead_id=lead.id,
                user_id=user.id,
                rev=lead.rev,
                until=morning(user.tz, asked.days, now),
                now=now,
            )


def label(db: Session, user: User, post_id: str, *, is_signal: bool, now: datetime) -> None:
    """Note what ``user`` says of a post that was thrown away; the last word counts.

    Raises:
        NotFoundError: the post is gone.
    """
    if db.get(Post, post_id) is None:
        raise NotFoundError("That post is gone: its time here is over, or it was erased.")
    db.merge(RejectLabel(post_id=post_id, user_id=user.id, is_signal=is_signal, at=now))
    audit(
        db,
        actor=user.id,
        action="post.labelled",
        subject=f"post:{post_id}",
        at=now,
        detail={"is_signal": is_signal},
    )


def _answer(
    db: Session, user: User, offer: Offer | None, asked: Asked, config: Config, now: datetime
) -> None:
    if offer is None:
        raise ConflictError
    if asked.act is Act.TAKE:
        offers.accept(
            db,
            lead_id=offer.lead_id,
            user_id=user.id,
            fencing=offer.fencing,
            config=config,
            now=now,
        )
        return
    if not isinstance(asked.reason, DeclineReason):
        raise RefusedError("Say why: the next rep, or marketing, gets to know it.")
    offers.decline(
        db,
        lead_id=offer.lead_id,
        user_id=user.id,
        fencing=offer.fencing,
        reason=asked.reason,
        config=config,
        now=now,
    )


def _confirm(
    db: Session, user: User, lead: Lead, asked: Asked, config: Config, now: datetime
) -> None:
    _mark(db, user, lead, SignalStatus.CONFIRMED)
    audit(db, actor=user.id, action="lead.confirmed", subject=f"lead:{lead.id}", at=now)
    if asked.to_sales:
        _promote(db, user, lead, asked.note or _CONFIRMED, config, now)
        return
    lead.rev += 1
    db.add(lead)


def _reject(db: Session, user: User, lead: Lead, asked: Asked, now: datetime) -> None:
    if not isinstance(asked.reason, DisqualifyReason):
        raise RefusedError("Say why it is none: the reasons teach Harken what to leave out.")
    _mark(db, user, lead, SignalStatus.REJECTED)
    by_hand.dismiss(
        db, lead_id=lead.id, user_id=user.id, rev=lead.rev, reason=asked.reason, now=now
    )


def _assign(db: Session, user: User, lead: Lead, config: Config, now: datetime) -> None:
    if lead.status in _TO_REVIEW:
        _mark(db, user, lead, SignalStatus.CONFIRMED)
        _promote(db, user, lead, _CONFIRMED, config, now)
    offer = offers.assign(
        db, lead_id=lead.id, to_user_id=user.id, by_user_id=user.id, config=config, now=now
    )
    offers.accept(
        db, lead_id=lead.id, user_id=user.id, fencing=offer.fencing, config=config, now=now
    )


def _promote(
    db: Session, user: User, lead: Lead, reason: str, config: Config, now: datetime
) -> None:
    by_hand.promote(
        db,
        lead_id=lead.id,
        user_id=user.id,
        rev=lead.rev,
        reason=reason,
        config=config,
        now=now,
    )


def _mark(db: Session, user: User, lead: Lead, status: SignalStatus) -> None:
    """Write on every signal of a lead what a person made of it: the model learns from these."""
    of_lead = select(LeadSignal.signal_id).where(LeadSignal.lead_id == lead.id)
    for signal in db.exec(select(Signal).where(col(Signal.id).in_(of_lead))):
        signal.status, signal.judged_by = status, user.id
        db.add(signal)
    db.flush()
