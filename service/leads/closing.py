"""What comes of a lead: given back, qualified, won, lost, opened again. Each with its code."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from config import Config
from models.lead import Lead
from models.merge import Bant
from models.moves import LeadEvent, Request
from models.people import User
from models.words import (
    DisqualifyReason,
    HandBackReason,
    LeadStatus,
    LostReason,
    UserRole,
    WonReason,
)
from service.errors import ForbiddenError, RefusedError
from service.leads.by_hand import act
from service.leads.hearing import reconsider
from service.leads.ledger import emit
from service.leads.nurture import zone_of
from service.leads.objecting import stands_in_the_way
from service.leads.transitions import lead_of
from service.leads.whose import DECIDERS, lead_to_work_on
from service.routing.route import due, update_every
from service.times import on_clock

#: Who may say that a lead which was handed back twice goes back once more (G3).
_MARKETERS = frozenset({UserRole.MARKETER, UserRole.ADMIN})
_MANAGERS = frozenset({UserRole.MANAGER, UserRole.ADMIN})
_FURTHEST_REVIEW = timedelta(days=2 * 365)
_ENDS = {
    LeadEvent.WON: (LeadStatus.WON, "nothing; it is won"),
    LeadEvent.LOST: (LeadStatus.LOST, "nothing; it is lost"),
    LeadEvent.DISQUALIFIED: (LeadStatus.DISQUALIFIED, "nothing; it is closed"),
}
_MORNING = time(9, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What was sold, and for how much."""

    product: str
    amount_minor: int | None = None  # cents, yen, ...
    currency: str | None = None  # ISO 4217; with an amount, never without


class DayRefusedError(RefusedError):
    """The day of a hand-back is missing or wrong; all else of it may be right."""


def hand_back(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    reason: HandBackReason,
    config: Config,
    now: datetime,
    note: str = "",
    until: date | None = None,
) -> Lead:
    """Give a lead back to marketing, which nurtures it. Only news or a person brings it back.

    Args:
        db: a writing session.
        lead_id: a lead that somebody owns.
        user_id: its owner, or who decides about leads; the third time it takes a marketer.
        rev: as it was seen.
        reason: why.
        config: names when marketing looks again.
        now: the time.
        note: in words, beside the reason.
        until: of the wrong timing, the day of the right one: then marketing looks again.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it can't be handed back from where it stands, or for the third time by
            somebody who is no marketer.
        DayRefusedError: the timing is wrong, and its right day is missing, past or too far.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    review_at = now + config.review_after(lead.topic_id)
    if until is None and reason is HandBackReason.WRONG_TIMING:
        raise DayRefusedError("Wrong timing needs the date of the right one.")
    if until is not None:
        review_at = _morning(until, lead, db, config)
        _check_day(until, review_at, now)
    asked = Request(
        to=LeadStatus.NURTURING,
        event=LeadEvent.HANDED_BACK,
        at=now,
        actor=user.id,
        reason=reason.value,
        by_marketer=user.role in _MARKETERS,
        note=note,
        until=until,
    )
    act(db, lead, asked, "marketing looks at it again", review_at)
    emit(db, "lead.handed_back", lead.id, now, {"lead_id": lead.id, "reason": reason.value})
    return lead


def qualify(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    bant: tuple[int, int, int, int],
    config: Config,
    now: datetime,
) -> Lead:
    """Note budget, authority, need and timeline, 0 to 2 each, and make it an opportunity.

    It takes 5 of 8 with a need, or a manager.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it is not worked on, or not qualified; what was noted is not kept then.
    """
    if not all(0 <= points <= 2 for points in bant):
        raise RefusedError("Budget, authority, need and timeline are 0, 1 or 2 each.")
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    budget, authority, need, timeline = bant
    db.merge(
        Bant(
            lead_id=lead.id,
            budget=budget,
            authority=authority,
            need=need,
            timeline=timeline,
            by=user.id,
            at=now,
        )
    )
    db.flush()
    asked = Request(
        to=LeadStatus.OPPORTUNITY,
        event=LeadEvent.QUALIFIED,
        at=now,
        actor=user.id,
        by_manager=user.role in _MANAGERS,
    )
    update = _update_by(db, lead, config, now)
    act(db, lead, asked, "is won or lost", update)
    return lead


def win(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    sale: Sale,
    now: datetime,
    note: str = "",
) -> Lead:
    """Close a lead as won: what was bought, and for how much where that is known.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it is no opportunity yet, or names no product.
    """
    if not sale.product.strip():
        raise RefusedError("Say what was bought: a win without a product teaches nobody.")
    if (sale.amount_minor is None) is not (sale.currency is None):
        raise RefusedError("An amount needs its currency, and a currency its amount.")
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    if sale.amount_minor is not None:
        lead.amount_minor, lead.currency = sale.amount_minor, sale.currency
    return _end(
        db,
        lead,
        user,
        LeadEvent.WON,
        reason=WonReason.WON,
        now=now,
        note=note,
        product=sale.product.strip(),
    )


def lose(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    reason: LostReason,
    now: datetime,
    competitor: str | None = None,
    note: str = "",
) -> Lead:
    """Close a lead as lost; to a competitor only with their name.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: nobody works on it, or the competitor has no name.
    """
    if reason is LostReason.COMPETITOR and not (competitor or "").strip():
        raise RefusedError("Say to which competitor it was lost.")
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    lead.lost_to = (competitor or "").strip() or None
    return _end(db, lead, user, LeadEvent.LOST, reason=reason, now=now, note=note)


def disqualify(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    reason: DisqualifyReason,
    now: datetime,
    note: str = "",
) -> Lead:
    """Close a lead that is none.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it can't be closed so from where it stands.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    return _end(db, lead, user, LeadEvent.DISQUALIFIED, reason=reason, now=now, note=note)


def reopen(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    reason: str,
    config: Config,
    secret: bytes,
    now: datetime,
) -> Lead:
    """Open a lead again that was lost or disqualified: with marketing, and with nobody's name.

    Its score is made anew, so that no old certainty comes back with it; a lost lead goes on to
    sales only with something new, or when a person promotes it.

    Raises:
        ForbiddenError: the user does not decide about leads.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it is not closed, it was won, or its author is to be left alone.
    """
    user = db.get_one(User, user_id)
    if user.role not in DECIDERS:
        raise ForbiddenError
    lead = lead_of(db, lead_id, rev=rev)
    if stands_in_the_way(db, lead, secret=secret) is not None:
        raise RefusedError("Its author asked to be left alone; it stays closed.")
    was_lost = lead.status is LeadStatus.LOST
    to = LeadStatus.NURTURING if was_lost else LeadStatus.DETECTED
    asked = Request(to=to, event=LeadEvent.REOPENED, at=now, actor=user.id, reason=reason)
    review_at = now + config.review_after(lead.topic_id)
    act(db, lead, asked, "marketing looks at it again", review_at)
    lead.lost_to = None
    if was_lost:
        lead.handed_back_at = now  # as after a hand-back: only news or a person moves it on (G2)
    reconsider(db, lead, config=config, now=now)
    return lead


def _end(
    db: Session,
    lead: Lead,
    user: User,
    event: LeadEvent,
    *,
    reason: WonReason | LostReason | DisqualifyReason,
    now: datetime,
    note: str,
    product: str | None = None,
) -> Lead:
    """Close ``lead`` by ``event``, with the code that closing takes."""
    to, over = _ENDS[event]
    asked = Request(
        to=to,
        event=event,
        at=now,
        actor=user.id,
        reason=reason.value,
        note=note,
        product=product,
    )
    act(db, lead, asked, over, None)
    return lead


def _update_by(db: Session, lead: Lead, config: Config, now: datetime) -> datetime:
    """Return by when the owner of ``lead`` owes the next sign of life."""
    owner = db.get(User, lead.owner_id) if lead.owner_id else None
    return due(owner, update_every(db, lead, config), config, now)


def _check_day(until: date, review_at: datetime, now: datetime) -> None:
    if until <= now.date():
        raise DayRefusedError("The right time lies in the past; then it is not the wrong one.")
    if review_at - now > _FURTHEST_REVIEW:
        raise DayRefusedError("That is more than two years away; close the lead instead.")


def _morning(day: date, lead: Lead, db: Session, config: Config) -> datetime:
    return on_clock(datetime.combine(day, _MORNING), zone_of(db, lead, config))
