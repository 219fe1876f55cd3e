"""Climb the ladder of clocks that run out: remind, flag, tell, take back.

What happens to the lead happens at once. What people are told waits until they work, and is left
out when there is no point in it any more. Each rung is a row, so it is climbed once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, Offer
from models.moves import LIVE, LeadEvent
from models.people import User
from models.sla import SlaClock, SlaNotice
from models.words import ClockKind, EscalationStep, LeadStatus, OfferState
from service.leads.ledger import emit
from service.routing.answerable import manager_of
from service.routing.clocks import office_for, resume, running_state
from service.routing.offers import back_to_queue
from service.routing.reps import absences
from service.routing.route import drain
from service.rules.clocks import moment_of
from service.rules.eligibility import Away, available_at
from service.rules.escalation import Rung, ladder

Step = EscalationStep

MOST = 500  # rows in a step: it holds the write lock

#: Out of whose hands a lead is taken, and on what event. An opportunity is a manager's to move.
_TAKEN_BACK = {
    LeadStatus.ACCEPTED: LeadEvent.SLA_EXPIRED,
    LeadStatus.WORKING: LeadEvent.WENT_STALE,
}
#: A lead that was taken back is in good hands once the buyer has heard from somebody.
_STILL_LIES = frozenset({LeadStatus.SALES_READY, LeadStatus.OFFERED, LeadStatus.ACCEPTED})
_AFTER_THE_END = frozenset({Step.MANAGER, Step.RECLAIM, Step.PROCESS_OWNER})
_LOOK_AGAIN = timedelta(days=1)  # at somebody of whom nobody knows when they are back


def escalate(db: Session, *, config: Config, now: datetime, most: int = MOST) -> int:
    """Do what the clocks that are due ask for; return how many were looked at."""
    due = db.exec(
        select(SlaClock)
        .where(col(SlaClock.next_at) <= now)
        .order_by(col(SlaClock.next_at), SlaClock.id)
        .limit(most)
    ).all()
    taken_back = sum([_look_at(db, clock, config, now) for clock in due])
    if taken_back:
        drain(db, config=config, now=now)
    return len(due)


def deliver(db: Session, *, now: datetime, most: int = MOST) -> int:
    """Tell people who are at work what waits for them; return how many notices went out."""
    notices = db.exec(
        select(SlaNotice)
        .where(col(SlaNotice.deliver_at) <= now)
        .order_by(col(SlaNotice.deliver_at), SlaNotice.id)
        .limit(most)
    ).all()
    away = absences(db, now=now) if notices else {}
    return sum(
        [_deliver(db, notice, away.get(notice.to_user_id or "", ()), now) for notice in notices]
    )


def _look_at(db: Session, clock: SlaClock, config: Config, now: datetime) -> bool:
    """Climb what is due of one clock; say whether its lead was taken back."""
    if clock.paused_until is not None:
        resume(db, clock, at=clock.paused_until)
    rungs = ladder(clock.kind, config.sla.escalation)
    lead = db.get_one(Lead, clock.lead_id)
    if clock.stopped_at is not None and lead.status not in _STILL_LIES:
        clock.next_at = None
        db.add(clock)
        return False
    climbed: list[tuple[int, Rung, datetime]] = []
    clock.next_at = None
    for number in range(clock.escalation_level, len(rungs)):
        at = _moment(db, clock, rungs[number])
        if at > now:
            clock.next_at = at
            break
        climbed.append((number + 1, rungs[number], at))
        clock.escalation_level = number + 1
    db.add(clock)
    _record(db, clock, lead, climbed, config, now)
    if any(rung.step is Step.RECLAIM for _, rung, _ in climbed):
        return _take_back(db, clock, lead, config, now)
    return False


def _moment(db: Session, clock: SlaClock, rung: Rung) -> datetime:
    """Return when a rung is reached."""
    if rung.step is Step.BREACH:
        return clock.due_at
    return moment_of(running_state(db, clock), rung.share)


def _record(
    db: Session,
    clock: SlaClock,
    lead: Lead,
    climbed: Sequence[tuple[int, Rung, datetime]],
    config: Config,
    now: datetime,
) -> None:
    last_reminder = max((n for n, rung, _ in climbed if rung.step is Step.REMINDER), default=0)
    is_over = any(rung.step is Step.BREACH for _, rung, _ in climbed)
    for number, rung, at in climbed:
        is_late = rung.step is Step.REMINDER and (is_over or number < last_reminder)
        if rung.step is Step.BREACH:
            clock.breached_at = clock.due_at
        db.add(
            SlaNotice(
                clock_id=clock.id,
                rung=number,
                step=rung.step,
                to_user_id=_recipient(db, clock, lead, rung.step, config),
                due_at=at,
                deliver_at=None if is_late else now,
            )
        )
    db.flush()


def _recipient(
    db: Session, clock: SlaClock, lead: Lead, step: EscalationStep, config: Config
) -> str | None:
    """Return who is told; the owner of the process when there is nobody nearer."""
    holder = db.get(User, clock.user_id or lead.owner_id or "")
    handle: str | None = config.process.owner
    if step in {Step.REMINDER, Step.BREACH, Step.RECLAIM} and holder is not None:
        return holder.id
    if step is not Step.PROCESS_OWNER:
        handle = manager_of(holder, lead, config)
    found = db.exec(select(User).where(User.handle == handle)).first()
    return found.id if found else None


def _take_back(db: Session, clock: SlaClock, lead: Lead, config: Config, now: datetime) -> bool:
    event = _TAKEN_BACK.get(lead.status)
    if event is None:
        return False
    offer = db.exec(
        select(Offer)
        .where(
            Offer.lead_id == lead.id,
            Offer.to_user_id == lead.owner_id,
            Offer.state == OfferState.ACCEPTED,
        )
        .order_by(col(Offer.fencing).desc())
    ).first()
    if offer is not None:
        offer.reclaimed_at = now
        db.add(offer)
    next_at = clock.next_at  # when the owner of the process hears, if it still lies then
    back_to_queue(db, lead, event, config=config, now=now)
    clock.next_at = next_at
    db.add(clock)
    return True


def _deliver(db: Session, notice: SlaNotice, away: Sequence[Away], now: datetime) -> bool:
    clock = db.get_one(SlaClock, notice.clock_id)
    lead = db.get_one(Lead, clock.lead_id)
    db.add(notice)
    if not _matters(notice, clock, lead):
        notice.deliver_at = None
        return False
    user = db.get(User, notice.to_user_id) if notice.to_user_id else None
    at = available_at(office_for(user), away, now=now) or now + _LOOK_AGAIN
    if at > now:
        notice.deliver_at = at
        return False
    notice.deliver_at, notice.delivered_at = None, now
    kind = "lead.sla_warning" if notice.step is Step.REMINDER else "lead.sla_breached"
    told = {
        "lead_id": lead.id,
        "clock": clock.kind.value,
        "step": notice.step.value,
        "to_user_id": notice.to_user_id,
        "due_at": clock.due_at.isoformat(),
    }
    emit(db, kind, lead.id, now, dict(told))
    return True


def _matters(notice: SlaNotice, clock: SlaClock, lead: Lead) -> bool:
    """Tell whether there is still a point in telling."""
    if lead.status not in LIVE or clock.paused_until is not None:
        return False
    if clock.stopped_at is None:
        return True
    ended_late = clock.kind is not ClockKind.ROUTE and notice.step in _AFTER_THE_END
    return ended_late and lead.status in _STILL_LIES
