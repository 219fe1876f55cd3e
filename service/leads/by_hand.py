"""What people do with a lead by hand: promote, dismiss, log what they did."""

from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from config import Config
from models.lead import Lead, Touchpoint
from models.moves import LeadEvent, MoveRefusedError, Request
from models.people import User
from models.words import ClockKind, DisqualifyReason, LeadStatus, TouchpointKind, UserRole
from service.errors import ForbiddenError, RefusedError
from service.leads.ledger import audit
from service.leads.transitions import lead_of, transition
from service.leads.whose import DECIDERS, lead_to_work_on
from service.routing import clocks
from service.routing.route import due, route, update_every


class Deed(Protocol):
    """What somebody does with a lead that they have seen; its details are settled already."""

    def __call__(
        self, db: Session, *, lead_id: str, user_id: str, rev: int, now: datetime
    ) -> object:
        """Do it, in a writing session; ``rev`` is the lead's version that was seen."""
        ...


def promote(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    reason: str,
    config: Config,
    now: datetime,
) -> Lead:
    """Make a lead sales-ready because a person says so, and route it.

    Raises:
        ForbiddenError: the user does not decide about leads.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it can't be promoted from where it stands, or the reason is missing.
    """
    user = db.get_one(User, user_id)
    if user.role not in DECIDERS:
        raise ForbiddenError
    lead = lead_of(db, lead_id, rev=rev)
    asked = Request(
        to=LeadStatus.SALES_READY,
        event=LeadEvent.PROMOTED,
        at=now,
        actor=user.id,
        reason=reason,
        by_marketer=user.role is UserRole.MARKETER,
    )
    act(db, lead, asked, "is routed to a rep", now + config.sla.routing)
    route(db, lead, config=config, now=now)
    return lead


def dismiss(
    db: Session, *, lead_id: str, user_id: str, rev: int, reason: DisqualifyReason, now: datetime
) -> Lead:
    """Close a lead that is none. The reason says where the mistake came from.

    Raises:
        ForbiddenError: the lead is neither the user's nor his to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it can't be dismissed from where it stands.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    asked = Request(
        to=LeadStatus.DISQUALIFIED,
        event=LeadEvent.DISQUALIFIED,
        at=now,
        actor=user.id,
        reason=reason.value,
    )
    act(db, lead, asked, "nothing; it is closed", None)
    return lead


def log_touch(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    kind: TouchpointKind,
    note: str,
    config: Config,
    now: datetime,
    shared: bool = False,
) -> Lead:
    """Note what the owner did for the lead. The first contact starts the work on it.

    Raises:
        ForbiddenError: the lead is somebody else's.
        ConflictError: the lead changed since ``rev``.
        RefusedError: nobody has accepted it yet, or it is closed.
    """
    user = db.get_one(User, user_id)
    lead = lead_of(db, lead_id, rev=rev)
    if lead.owner_id != user.id:
        raise ForbiddenError("This lead is somebody else's; only its owner logs contacts.")
    if lead.status not in {LeadStatus.ACCEPTED, LeadStatus.WORKING, LeadStatus.OPPORTUNITY}:
        raise RefusedError("Accept the lead before you log what you did for it.")
    db.add(
        Touchpoint(
            lead_id=lead.id, kind=kind, by_user_id=user.id, at=now, note=note, shared=shared
        )
    )
    audit(
        db,
        actor=user.id,
        action="lead.touched",
        subject=f"lead:{lead.id}",
        at=now,
        detail={"kind": kind.value},
    )
    update_by = due(user, update_every(db, lead, config), config, now)
    if lead.status is LeadStatus.ACCEPTED and kind is not TouchpointKind.NOTE:
        asked = Request(to=LeadStatus.WORKING, event=LeadEvent.TOUCHED, at=now, actor=user.id)
        act(db, lead, asked, f"{user.name} follows up", update_by)
        return lead
    if lead.status is not LeadStatus.ACCEPTED:
        lead.next_step_at = update_by
        clocks.restart(db, lead, ClockKind.UPDATE, due_at=update_by, at=now)
    lead.rev += 1
    db.add(lead)
    return lead


def act(
    db: Session, lead: Lead, asked: Request, next_step: str, next_step_at: datetime | None
) -> None:
    """Move a lead because a person says so.

    Raises:
        RefusedError: it can't make that move, in words for that person.
    """
    try:
        transition(db, lead, asked, next_step=next_step, next_step_at=next_step_at)
    except MoveRefusedError as error:
        raise RefusedError(f"This lead can't be {asked.to.value} now: {error.why}.") from error
