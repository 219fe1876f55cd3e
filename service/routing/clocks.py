"""Clocks on leads: a move of the lead stops the clock of its old status and starts the next.

A clock is due when its lead's next step is. What has to happen on the way there is worked off by
``service.routing.escalation``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_
from sqlmodel import Session, col, select

from models.lead import Lead
from models.moves import LIVE, OWNED
from models.people import User
from models.sla import SlaClock
from models.words import ClockKind, LeadStatus
from service.errors import RefusedError
from service.rules.clocks import LONGEST_PAUSE, Running, between, later, spent_by
from service.rules.hours import Office, office_of

#: What each status waits for. The others wait for something new to be heard, or for nothing.
CLOCK_OF: Mapping[LeadStatus, ClockKind] = {
    LeadStatus.MQL: ClockKind.REVIEW,
    LeadStatus.SALES_READY: ClockKind.ROUTE,
    LeadStatus.OFFERED: ClockKind.ACCEPT,
    LeadStatus.ACCEPTED: ClockKind.FIRST_TOUCH,
    LeadStatus.WORKING: ClockKind.UPDATE,
    LeadStatus.OPPORTUNITY: ClockKind.UPDATE,
}

_HAS_CLOCK = exists().where(
    col(SlaClock.lead_id) == col(Lead.id),
    col(SlaClock.kind) != ClockKind.NEXT_STEP,
    col(SlaClock.stopped_at).is_(None),
)


def office_for(user: User | None) -> Office | None:
    """Return when ``user`` works; None for nobody in particular: the wall clock counts."""
    if user is None:
        return None
    return office_of(user.hours, user.tz, tuple(user.days_off))


def follow(db: Session, lead: Lead, *, holder: str | None, at: datetime) -> None:
    """Stop what ``lead`` waited for and start what it waits for now.

    Args:
        db: the transaction in which the lead moves.
        lead: as it is after the move.
        holder: the user whose turn it is; None: nobody's, the wall clock counts.
        at: when it moved.
    """
    for clock in running(db, lead.id):
        keeps_its_owner = lead.status in OWNED and clock.user_id == holder
        if clock.kind is not ClockKind.NEXT_STEP or not keeps_its_owner:
            stop(db, clock, at=at)
    kind = CLOCK_OF.get(lead.status)
    if kind is not None and lead.next_step_at is not None:
        start(db, lead, kind, due_at=lead.next_step_at, holder=holder, at=at)


def start(
    db: Session,
    lead: Lead,
    kind: ClockKind,
    *,
    due_at: datetime,
    holder: str | None,
    at: datetime,
) -> SlaClock:
    """Start a clock that is due at ``due_at`` in the holder's working time."""
    user = db.get(User, holder) if holder else None
    allowed = between(at, due_at, office_for(user))
    if not allowed:  # the wall clock was agreed on, or it was due before it began
        user, allowed = None, between(at, due_at, None)
    clock = SlaClock(
        lead_id=lead.id,
        kind=kind,
        user_id=user.id if user else None,
        started_at=at,
        runs_from=at,
        due_at=due_at,
        allowed_seconds=allowed.total_seconds(),
        next_at=at,  # the next tick works out when there is something to do
    )
    db.add(clock)
    return clock


def restart(db: Session, lead: Lead, kind: ClockKind, *, due_at: datetime, at: datetime) -> None:
    """Start a lead's clock anew: what it waited for has happened, and is to happen again."""
    for clock in running(db, lead.id, kind):
        stop(db, clock, at=at)
    start(db, lead, kind, due_at=due_at, holder=lead.owner_id, at=at)


def stop(db: Session, clock: SlaClock, *, at: datetime) -> None:
    """Stop a clock; one that was due already counts as breached."""
    if clock.paused_until is None and clock.breached_at is None and at >= clock.due_at:
        clock.breached_at = clock.due_at
    clock.stopped_at = at
    clock.paused_at = clock.paused_until = clock.next_at = None
    db.add(clock)
    db.flush()  # before the next one of its kind starts


def running(db: Session, lead_id: str, kind: ClockKind | None = None) -> Sequence[SlaClock]:
    """Return the clocks of a lead that were not stopped; a pause stops none."""
    wanted = select(SlaClock).where(
        SlaClock.lead_id == lead_id, col(SlaClock.stopped_at).is_(None)
    )
    if kind is not None:
        wanted = wanted.where(SlaClock.kind == kind)
    return db.exec(wanted).all()


def pause(db: Session, lead: Lead, *, until: datetime, at: datetime) -> None:
    """Let the clocks of a lead that sleeps stand still; what they allow is not used up.

    Raises:
        RefusedError: it would sleep for more than 30 days, or has to wake up before it sleeps.
    """
    if not at < until <= at + LONGEST_PAUSE:
        raise RefusedError(f"A lead can sleep for {LONGEST_PAUSE.days} days at the most.")
    for clock in running(db, lead.id):
        if clock.paused_until is None:
            state = running_state(db, clock)
            clock.spent_seconds = spent_by(state, at).total_seconds()
            clock.paused_at = at
        clock.paused_until = clock.next_at = until
        _set_due(db, clock, goes_on=until)
        db.add(clock)


def resume(db: Session, clock: SlaClock, *, at: datetime) -> None:
    """Let a clock that stands still go on."""
    if clock.paused_at is None:
        return
    clock.paused_seconds += (at - clock.paused_at).total_seconds()
    clock.paused_at = clock.paused_until = None
    clock.runs_from = clock.next_at = at
    _set_due(db, clock, goes_on=at)
    db.add(clock)


def _set_due(db: Session, clock: SlaClock, *, goes_on: datetime) -> None:
    state = running_state(db, clock)
    clock.due_at = later(goes_on, max(state.allowed - state.spent, timedelta(0)), state.office)


def running_state(db: Session, clock: SlaClock) -> Running:
    """Return what the arithmetic of a clock needs."""
    user = db.get(User, clock.user_id) if clock.user_id else None
    return Running(
        allowed=timedelta(seconds=clock.allowed_seconds),
        spent=timedelta(seconds=clock.spent_seconds),
        runs_from=clock.runs_from,
        office=office_for(user),
    )


def without_a_timer(db: Session, *, most: int = 20) -> Sequence[str]:
    """Return the ids of live leads that fell through: no next step, no time for it, no clock."""
    nothing_due = and_(
        col(Lead.status).in_(sorted(LIVE)),
        or_(col(Lead.next_step_at).is_(None), col(Lead.next_step) == ""),
    )
    no_clock = and_(col(Lead.status).in_(sorted(CLOCK_OF)), ~_HAS_CLOCK)
    return db.exec(
        select(Lead.id).where(or_(nothing_due, no_clock)).order_by(Lead.id).limit(most)
    ).all()


def start_missing(db: Session, *, most: int) -> int:
    """Start the clocks of leads that have none, as those of before there were clocks."""
    found = db.exec(
        select(Lead)
        .where(col(Lead.status).in_(sorted(CLOCK_OF)), ~_HAS_CLOCK)
        .order_by(Lead.id)
        .limit(most)
    ).all()
    for lead in found:
        due_at = lead.next_step_at or lead.status_since
        kind = CLOCK_OF[lead.status]
        start(db, lead, kind, due_at=due_at, holder=lead.owner_id, at=lead.status_since)
    return len(found)
