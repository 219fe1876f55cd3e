"""What people of ours are called on a page: by name, or to another house as colleagues."""

from sqlmodel import Session, select

from models.people import User
from service.access.circle import Circle, circle_of
from service.access.viewer import Viewer

_UNNAMED = "a colleague"


class People:
    """Who is who, for one viewer. A partner is told the names of the own team only."""

    def __init__(self, db: Session, viewer: Viewer) -> None:
        """Read the names."""
        self.circle: Circle = circle_of(db, viewer)
        told = select(User.id, User.name)
        self._names = {
            user_id: name if self.circle.has(user_id) else _UNNAMED
            for user_id, name in db.exec(told)
        }

    def name(self, user_id: str | None) -> str | None:
        """Return what somebody is called; None: it is nobody, or Harken itself."""
        return self._names.get(user_id) if user_id else None
