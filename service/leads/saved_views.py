"""Ways to look at the inbox that somebody gave a name: an address to come back to."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.inbox import SavedView
from service.errors import NotFoundError, RefusedError

LONGEST_NAME = 60
#: They stand in a row above the list.
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedView:
    """A view with a name."""

    id: str
    name: str
    query: str  # of the inbox's address


def views_of(db: Session, user_id: str) -> tuple[NamedView, ...]:
    """Return the views that a user keeps, by name."""
    kept = db.exec(
        select(SavedView).where(SavedView.user_id == user_id).order_by(col(SavedView.name))
    )
    return tuple(NamedView(id=one.id, name=one.name, query=one.query) for one in kept)


def keep_view(db: Session, *, user_id: str, name: str, query: str, now: datetime) -> NamedView:
    """Keep a view under a name; one of the same name is replaced.

    Raises:
        RefusedError: the name is empty or too long, or there are enough of them.
    """
    if not name or len(name) > LONGEST_NAME:
        raise RefusedError(f"A view's name has 1 to {LONGEST_NAME} characters.")
    of_user = db.exec(select(SavedView).where(SavedView.user_id == user_id)).all()
    kept = next((one for one in of_user if one.name == name), None)
    if kept is None:
        if len(of_user) >= MOST:
            raise RefusedError(f"You keep {MOST} views already; forget one first.")
        kept = SavedView(user_id=user_id, name=name, query=query, created_at=now)
    kept.query = query
    db.add(kept)
    db.flush()
    return NamedView(id=kept.id, name=kept.name, query=kept.query)


def forget_view(db: Session, *, user_id: str, view_id: str) -> None:
    """Forget a view.

    Raises:
        NotFoundError: the user keeps no such view.
    """
    kept = db.get(SavedView, view_id)
    if kept is None or kept.user_id != user_id:
        raise NotFoundError("You keep no such view; it may be forgotten already.")
    db.delete(kept)
