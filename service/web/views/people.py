"""What people of ours are called on a page: by name, or to another house as colleagues."""

from sqlmodel import Session, select

from models.people import User
from models.words import UserRole
from service.web.entry.auth import Viewer

_UNNAMED = "a colleague"


class People:
    """Who is who, for one viewer. A partner is told the names of the own team only."""

    def __init__(self, db: Session, viewer: Viewer) -> None:
        """Read the names."""
        told = select(User.id, User.name, User.team_id)
        self._names = {
            user_id: name if _knows(viewer, user_id, team) else _UNNAMED
            for user_id, name, team in db.exec(told)
        }

    def name(self, user_id: str | None) -> str | None:
        """Return what somebody is called; None: it is nobody, or Harken itself."""
        return self._names.get(user_id) if user_id else None


def _knows(viewer: Viewer, user_id: str, team_id: str | None) -> bool:
    if viewer.role is not UserRole.PARTNER:
        return True
    return user_id == viewer.id or (team_id is not None and team_id == viewer.team_id)
