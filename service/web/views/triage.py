"""What can be done with a lead at one key in passing: put it off, give it away, write on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead
from models.moves import LIVE, LeadEvent, allowed
from models.people import User
from models.words import UserRole
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.leads.snoozing import MAY_SLEEP, morning
from service.leads.whose import works_on
from service.web.wording.words import SNOOZES


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """The buttons, as far as a lead has them."""

    rev: int
    snooze: tuple[tuple[int, datetime], ...] = ()  # days, and the moment that comes of them
    wake: bool = False
    assign: tuple[tuple[str, str], ...] = ()  # id and name of everybody who takes leads
    note: bool = False
    share: bool = False  # a note can be for a partner too


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What somebody may do with several leads at once; each is judged by itself."""

    answer: bool
    assign: bool
    dismiss: bool
    snooze: bool


def bulk_of(viewer: Viewer) -> Bulk:
    """Return what ``viewer`` may do with several leads at once."""
    return Bulk(
        answer=may(viewer, Permission.ANSWER_OFFERS),
        assign=may(viewer, Permission.ASSIGN_LEADS),
        dismiss=may(viewer, Permission.DISMISS_LEADS),
        snooze=may(viewer, Permission.WORK_LEADS),
    )


def triage_for(db: Session, viewer: Viewer, lead: Lead, *, now: datetime) -> Triage:
    """Return what ``viewer`` may do so with ``lead``."""
    works = may(viewer, Permission.WORK_LEADS) and lead.status in LIVE
    works = works and works_on(viewer.role, viewer.id, lead)
    sleeps = lead.snoozed_until is not None
    can_sleep = works and lead.status in MAY_SLEEP and not sleeps
    can_move = allowed(lead.status, LeadEvent.OFFERED) | allowed(lead.status, LeadEvent.REASSIGNED)
    can_assign = may(viewer, Permission.ASSIGN_LEADS) and bool(can_move)
    return Triage(
        rev=lead.rev,
        snooze=mornings(viewer.tz, now) if can_sleep else (),
        wake=works and sleeps,
        assign=takers(db) if can_assign else (),
        note=works,
        share=works and viewer.role is not UserRole.PARTNER and _has_partners(db),
    )


def _has_partners(db: Session) -> bool:
    partners = select(User.id).where(User.role == UserRole.PARTNER, col(User.active))
    return db.exec(partners.limit(1)).first() is not None


def takers(db: Session) -> tuple[tuple[str, str], ...]:
    """Return id and name of everybody who can be given a lead."""
    people = select(User.id, User.name).where(col(User.active), col(User.team_id).is_not(None))
    return tuple((one, name) for one, name in db.exec(people.order_by(User.name)))


def mornings(tz: str, now: datetime) -> tuple[tuple[int, datetime], ...]:
    """Return for each of `SNOOZES` the moment at which it is 8 o'clock in ``tz`` on that day."""
    return tuple((days, morning(tz, days, now)) for days in SNOOZES)
