"""Whose a lead is to work on: its owner's while they have it, and who decides about leads."""

from sqlmodel import Session

from models.lead import Lead
from models.moves import OWNED
from models.people import User
from models.words import UserRole
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
        raise ForbiddenError("This lead is somebody else's; ask them, or a manager.")
    return lead, user
