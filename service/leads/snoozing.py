"""Leads that rest until a day: nobody is reminded of them, and their clocks stand still."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.lead import Lead
from models.moves import OWNED
from models.words import LeadStatus
from service.errors import RefusedError
from service.leads.ledger import audit, emit, take_turn
from service.leads.transitions import HARKEN
from service.leads.whose import lead_to_work_on
from service.routing import clocks
from service.rules.digest_times import moment_of
from service.times import iso, zone_of

#: So that sleep is no way to lose a lead (lead-management.md, SLA arithmetic).
LONGEST = timedelta(days=30)
#: The others wait for a rep to be found or to answer, which no sleep may hold up.
MAY_SLEEP = OWNED | {LeadStatus.DETECTED, LeadStatus.MQL, LeadStatus.NURTURING}
_MORNING = 8 * 60  # minutes since midnight, on the clock of who puts it off


def morning(tz: str, days: int, now: datetime) -> datetime:
    """Return the moment at which it is 8 o'clock in ``tz``, in so many days.

    Where that is later than a lead may rest, it is the morning before.
    """
    zone = zone_of(tz)
    day = now.astimezone(zone).date() + timedelta(days=days)
    at = moment_of(day, _MORNING, zone)
    return at if at <= now + LONGEST else moment_of(day - timedelta(days=1), _MORNING, zone)


def snooze(
    db: Session, *, lead_id: str, user_id: str, rev: int, until: datetime, now: datetime
) -> Lead:
    """Let a lead rest until a moment, 30 days from now at the most; each time is counted.

    Something new from its author wakes it earlier.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it is closed or on its way to a rep, or the moment is past or too far.
    """
    lead, _ = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    if lead.status not in MAY_SLEEP:
        raise RefusedError(f"A lead that is {lead.status.value} can't be snoozed.")
    if not now < until <= now + LONGEST:
        raise RefusedError(f"A lead can rest from now for {LONGEST.days} days at the most.")
    clocks.pause(db, lead, until=until, at=now)
    lead.snoozed_until = lead.next_step_at = until
    lead.snoozes += 1
    _note(db, lead, "lead.snoozed", user_id, now)
    return lead


def wake(db: Session, *, lead_id: str, user_id: str, rev: int, now: datetime) -> Lead:
    """Let a lead go on that rests.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it does not rest.
    """
    lead, _ = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    if lead.snoozed_until is None:
        raise RefusedError("This lead is awake.")
    rouse(db, lead, by=user_id, now=now)
    return lead


def wake_due(db: Session, *, now: datetime, most: int) -> int:
    """Let leads go on whose rest is over; return how many."""
    take_turn(db)
    over = db.exec(
        select(Lead).where(col(Lead.snoozed_until) <= now).order_by(Lead.id).limit(most)
    ).all()
    for lead in over:
        rouse(db, lead, by=HARKEN, now=now)
    return len(over)


def rouse(db: Session, lead: Lead, *, by: str, now: datetime) -> None:
    """End the rest of a lead: what was next before is next, now."""
    for clock in clocks.running(db, lead.id):
        clocks.resume(db, clock, at=now)
    lead.snoozed_until = None
    lead.next_step_at = now
    _note(db, lead, "lead.woken", by, now)


def _note(db: Session, lead: Lead, what: str, by: str, now: datetime) -> None:
    lead.rev += 1
    db.add(lead)
    db.flush()
    until = {"until": iso(lead.snoozed_until)} if lead.snoozed_until else {}
    audit(db, actor=by, action=what, subject=f"lead:{lead.id}", at=now, detail={**until})
    emit(db, what, lead.id, now, {"lead_id": lead.id, **until})
