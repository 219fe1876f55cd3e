"""What can be done with a lead at one key in passing: put it off, give it away, write on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead
from models.moves import LIVE, OWNED, LeadEvent, allowed
from models.people import User
from models.words import UserRole
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.leads.snoozing import MAY_SLEEP, morning
from service.leads.whose import DECIDERS, works_on
from service.web.views.inbox import InboxRow
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
    """What somebody may do with leads of a list at once; each is judged by itself.

    The acts are "answer", "assign", "dismiss" and "snooze".
    """

    of_lead: Mapping[str, frozenset[str]]  # acts, by the lead's id

    @property
    def acts(self) -> frozenset[str]:
        """What can be done with one of them at least."""
        return frozenset().union(*self.of_lead.values())


def bulk_of(viewer: Viewer, rows: Sequence[InboxRow]) -> Bulk:
    """Return what ``viewer`` may do with leads of a list at once."""
    return Bulk(of_lead={row.lead_id: _acts_of(viewer, row) for row in rows})


def _acts_of(viewer: Viewer, row: InboxRow) -> frozenset[str]:
    works = viewer.role in DECIDERS or (row.is_mine and row.status in OWNED)

    def moves(*events: LeadEvent) -> bool:
        return any(allowed(row.status, event) for event in events)

    chances = {
        "answer": may(viewer, Permission.ANSWER_OFFERS) and row.is_offered_to_me,
        "assign": may(viewer, Permission.ASSIGN_LEADS)
        and moves(LeadEvent.OFFERED, LeadEvent.REASSIGNED),
        "dismiss": may(viewer, Permission.DISMISS_LEADS)
        and works
        and moves(LeadEvent.DISQUALIFIED),
        "snooze": may(viewer, Permission.WORK_LEADS) and works and row.status in MAY_SLEEP,
    }
    return frozenset(act for act, can in chances.items() if can)


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
