"""What becomes of an offer: a rep says yes or no in time, or it goes on to the next."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, Offer
from models.moves import LeadEvent, MoveRefusedError, Request
from models.people import Team, User
from models.words import DeclineReason, LeadStatus, OfferState, UserRole
from service.errors import ConflictError, ForbiddenError, RefusedError
from service.leads.ledger import emit, take_turn
from service.leads.transitions import HARKEN, lead_of, transition
from service.routing.answerable import DECIDE, ask_manager, settle
from service.routing.cases import waiting
from service.routing.reps import Reps, load_reps
from service.routing.route import drain, due, expectation_of, explain, lease, reviewer_of, route

#: How an offer ended, for whom it was made to.
_ENDED: Mapping[OfferState, str] = {
    OfferState.ACCEPTED: "you accepted it already",
    OfferState.DECLINED: "you declined it",
    OfferState.EXPIRED: "your time to answer it ran out",
    OfferState.WITHDRAWN: "it was taken back",
}
_ASSIGNERS = frozenset({UserRole.ADMIN, UserRole.MANAGER})
_MOST = 500  # offers that lapse in a step


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
        reviewer = reviewer_of(db, lead, config)
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
            next_step_at=due(reviewer, config.sla.review, config, now),
            holder=reviewer.id if reviewer else None,
        )
        return lead
    back_to_queue(
        db, lead, LeadEvent.DECLINED, actor=user.id, reason=reason.value, config=config, now=now
    )
    if route(db, lead, config=config, now=now) is None:
        _ask_about_what_nobody_wants(db, lead, config, now)
    return lead


def expire_due(db: Session, *, config: Config, now: datetime, most: int = _MOST) -> int:
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
        if lead.status is not LeadStatus.OFFERED:  # a file brought it so; it must stop nobody else
            _answer(db, offer, OfferState.WITHDRAWN, now)
            continue
        _answer(db, offer, OfferState.EXPIRED, now)
        emit(db, "lead.offer_expired", lead.id, now, {"lead_id": lead.id, "offer_id": offer.id})
        back_to_queue(db, lead, LeadEvent.LEASE_EXPIRED, config=config, now=now)
    if overdue:
        drain(db, config=config, now=now, most=len(overdue))
    return len(overdue)


def claim(db: Session, *, user_id: str, config: Config, now: datetime) -> Lead:
    """Give a rep who asks for work the next waiting lead that is his to have, accepted at once.

    Which one is not for him to choose: nobody picks the cherries.

    Raises:
        ForbiddenError: his team does not let its people take leads.
        RefusedError: nothing waits that he may have.
    """
    take_turn(db)
    user = db.get_one(User, user_id)
    team = config.teams.get(user.team_id or "")
    if team is None or not team.allow_claim:
        raise ForbiddenError("Your team's leads are given out in turn; nobody takes them.")
    me = Reps([rep for rep in load_reps(db, now=now).all if rep.user_id == user.id])
    for lead_id in waiting(db, config):
        lead = lead_of(db, lead_id)
        decision = explain(db, lead, among=me, config=config, now=now)
        if decision.rep is None:
            continue
        asked = Request(to=LeadStatus.OFFERED, event=LeadEvent.OFFERED, at=now, actor=user.id)
        offer = lease(db, lead, user, asked, {"team": team.id, "how": "claimed"}, config=config)
        return accept(
            db,
            lead_id=lead.id,
            user_id=user.id,
            fencing=offer.fencing,
            config=config,
            now=now,
        )
    raise RefusedError("Nothing waits that you can take now.")


def assign(
    db: Session,
    *,
    lead_id: str,
    to_user_id: str,
    by_user_id: str,
    rev: int | None = None,
    reason: str = "",
    config: Config,
    now: datetime,
) -> Offer:
    """Offer a lead to somebody in particular, whoever has it now.

    Raises:
        ForbiddenError: only a manager does that.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it can't be offered from where it stands, or that person takes no leads.
    """
    by, to = db.get_one(User, by_user_id), db.get_one(User, to_user_id)
    if by.role not in _ASSIGNERS:
        raise ForbiddenError
    lead = lead_of(db, lead_id, rev=rev)
    if not to.active or to.team_id is None:
        raise RefusedError(f"{to.name} takes no leads now; choose somebody else.")
    waits = lead.status is LeadStatus.SALES_READY
    asked = Request(
        to=LeadStatus.OFFERED,
        event=LeadEvent.OFFERED if waits else LeadEvent.REASSIGNED,
        at=now,
        actor=by.id,
        reason=reason or None,
    )
    try:
        offer = lease(db, lead, to, asked, {"team": to.team_id, "how": "assigned"}, config=config)
    except MoveRefusedError as error:
        raise RefusedError(f"This lead can't be given to anybody now: {error.why}.") from error
    settle(db, lead, by=by.id, now=now)
    return offer


def back_to_queue(
    db: Session,
    lead: Lead,
    event: LeadEvent,
    *,
    actor: str = HARKEN,
    reason: str | None = None,
    config: Config,
    now: datetime,
) -> None:
    """Let a lead wait for a rep again; it keeps its place by age."""
    transition(
        db,
        lead,
        Request(to=LeadStatus.SALES_READY, event=event, at=now, actor=actor, reason=reason),
        next_step="is routed to the next rep",
        next_step_at=now + config.sla.routing,
    )


def _ask_about_what_nobody_wants(db: Session, lead: Lead, config: Config, now: datetime) -> None:
    if explain(db, lead, config=config, now=now).how == "manager":
        ask_manager(db, lead, DECIDE, holder=None, config=config, now=now)


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
