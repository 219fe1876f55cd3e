"""What becomes of an offer: a rep says yes or no in time, or it goes on to the next."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, Offer
from models.moves import LeadEvent, Request
from models.people import Team, User
from models.words import DeclineReason, LeadStatus, OfferState
from service.errors import ConflictError
from service.ledger import emit, take_turn
from service.routing import due, expectation_of, route
from service.transitions import HARKEN, lead_of, transition

#: How an offer ended, for whom it was made to.
_ENDED: Mapping[OfferState, str] = {
    OfferState.ACCEPTED: "you accepted it already",
    OfferState.DECLINED: "you declined it",
    OfferState.EXPIRED: "your time to answer it ran out",
    OfferState.WITHDRAWN: "it was taken back",
}


def accept(
    db: Session, *, lead_id: str, user_id: str, fencing: int, config: Config, now: datetime
) -> Lead:
    """Make the user the lead's owner and start the clock on the first contact.

    Raises:
        ConflictError: the offer was taken back, ran out, or was never this user's.
    """
    lead, offer, user = _open_offer(db, lead_id, user_id, fencing, now)
    _answer(db, offer, OfferState.ACCEPTED, now)
    touch = expectation_of(db.get(Team, lead.team_id), config).first_touch
    lead.owner_id = user.id
    transition(
        db,
        lead,
        Request(to=LeadStatus.ACCEPTED, event=LeadEvent.ACCEPTED, at=now, actor=user.id),
        next_step=f"{user.name} makes the first contact",
        next_step_at=due(user, touch, config, now),
    )
    return lead


def decline(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    fencing: int,
    reason: DeclineReason,
    config: Config,
    now: datetime,
) -> Lead:
    """Give the lead back: to the next rep, or to marketing when it is no lead at all.

    Raises:
        ConflictError: the offer was taken back, ran out, or was never this user's.
    """
    lead, offer, user = _open_offer(db, lead_id, user_id, fencing, now)
    offer.decline_reason = reason
    _answer(db, offer, OfferState.DECLINED, now)
    emit(db, "lead.declined", lead.id, now, {"lead_id": lead.id, "reason": reason.value})
    if reason is DeclineReason.NOT_A_LEAD:
        transition(
            db,
            lead,
            Request(
                to=LeadStatus.MQL,
                event=LeadEvent.DECLINED_NOT_A_LEAD,
                at=now,
                actor=user.id,
                reason=reason.value,
            ),
            next_step="marketing looks at why a rep says this is no lead",
            next_step_at=due(None, config.sla.review, config, now),
        )
        return lead
    _back_to_queue(db, lead, LeadEvent.DECLINED, user.id, reason.value, config, now)
    return lead


def expire_due(db: Session, *, config: Config, now: datetime, most: int = 100) -> int:
    """Take back offers whose time ran out and offer their leads on; return how many."""
    take_turn(db)
    overdue = db.exec(
        select(Offer)
        .where(Offer.state == OfferState.OPEN, Offer.accept_by <= now)
        .order_by(col(Offer.accept_by))
        .limit(most)
    ).all()
    for offer in overdue:
        lead = lead_of(db, offer.lead_id)
        _answer(db, offer, OfferState.EXPIRED, now)
        emit(db, "lead.offer_expired", lead.id, now, {"lead_id": lead.id, "offer_id": offer.id})
        _back_to_queue(db, lead, LeadEvent.LEASE_EXPIRED, HARKEN, None, config, now)
    return len(overdue)


def _open_offer(
    db: Session, lead_id: str, user_id: str, fencing: int, now: datetime
) -> tuple[Lead, Offer, User]:
    lead = lead_of(db, lead_id)
    offer = db.exec(
        select(Offer).where(Offer.lead_id == lead.id, Offer.fencing == fencing)
    ).first()
    if offer is None or offer.to_user_id != user_id:
        raise ConflictError("This offer was made to somebody else, or never made.")
    if offer.state is not OfferState.OPEN:
        raise ConflictError(f"This offer is no longer open: {_ENDED[offer.state]}.")
    if offer.accept_by <= now:
        raise ConflictError(f"This offer is no longer open: {_ENDED[OfferState.EXPIRED]}.")
    return lead, offer, db.get_one(User, user_id)


def _answer(db: Session, offer: Offer, state: OfferState, now: datetime) -> None:
    offer.state = state
    offer.answered_at = now
    db.add(offer)
    db.flush()


def _back_to_queue(
    db: Session,
    lead: Lead,
    event: LeadEvent,
    actor: str,
    reason: str | None,
    config: Config,
    now: datetime,
) -> None:
    transition(
        db,
        lead,
        Request(to=LeadStatus.SALES_READY, event=event, at=now, actor=actor, reason=reason),
        next_step="is routed to the next rep",
        next_step_at=now + config.sla.routing,
    )
    route(db, lead, config=config, now=now)
