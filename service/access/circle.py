"""Whose words about a lead somebody reads: everybody's, or to another house those of its own.

A partner is told what the buyer said and what is known of the sale, and of our work only that it
happened: no note, draft, reason or task of ours, unless it was marked as also for them
(security-and-privacy.md, S9: a partner sees what was given to them).
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from models.people import User
from models.words import UserRole
from service.access.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Circle:
    """The people whose words somebody reads."""

    own: frozenset[str] | None  # ids of users; None: everybody

    @property
    def is_everybody(self) -> bool:
        """Return whether all that was written is told."""
        return self.own is None

    def has(self, user_id: str | None) -> bool:
        """Return whether what that user wrote is told; what nobody wrote is only told inside."""
        return self.own is None or user_id in self.own

    def wrote(self, user_id: object) -> ColumnElement[bool]:
        """Return the condition that a column of users' ids names one of them."""
        return true() if self.own is None else col(user_id).in_(sorted(self.own))


def circle_of(db: Session, viewer: Viewer) -> Circle:
    """Return whose words ``viewer`` reads: of a partner, the own team's."""
    if viewer.role is not UserRole.PARTNER:
        return Circle(None)
    if viewer.team_id is None:
        return Circle(frozenset({viewer.id}))
    team = db.exec(select(User.id).where(col(User.team_id) == viewer.team_id))
    return Circle(frozenset({viewer.id, *team}))
