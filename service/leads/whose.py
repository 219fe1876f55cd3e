"""Whose a lead is to work on: its owner's while they have it, and who decides about leads."""

from sqlmodel import Session, select

from models.lead import Lead, Offer
from models.moves import OWNED
from models.people import User
from models.words import OfferState, UserRole
from service.errors import ForbiddenError
from service.leads.transitions import lead_of

#: Who decides about leads that are not their own.
DECIDERS = frozenset({UserRole.ADMIN, UserRole.MANAGER, UserRole.MARKETER})


def works_on(role: UserRole, user_id: str, lead: Lead) -> bool:
    """Tell whether somebody may change a lead: note on it, put it off, dismiss it."""
    return role in DECIDERS or (lead.owner_id == user_id and lead.status in OWNED)


def lead_to_work_on(
    db: Session, *, lead_id: str, user_id: str, rev: int | None = None
) -> tuple[Lead, User]:
    """Return the lead for writing, and the user: its owner, or who decides about leads.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        NotFoundError: there is none of that id.
    """
    user = db.get_one(User, user_id)
    lead = lead_of(db, lead_id, rev=rev)
    if not works_on(user.role, user.id, lead):
        raise ForbiddenError(_why_not(db, lead, user))
    return lead, user


def _why_not(db: Session, lead: Lead, user: User) -> str:
    of_theirs = (Offer.lead_id == lead.id) & (Offer.to_user_id == user.id)
    offered = select(Offer.id).where(of_theirs, Offer.state == OfferState.OPEN)
    if db.exec(offered.limit(1)).first() is not None:
        return "This lead is offered to you, but not yours yet: accept or decline it first."
    if lead.owner_id is None:
        return "This lead is nobody's yet: it is for a marketer or a manager to decide about."
    return "This lead is somebody else's; ask them, or a manager."
