"""The first login of an installation that nobody has entered yet."""

from sqlmodel import col, select

from models.people import User
from models.words import UserRole
from service.access.first_login import issue_first_login
from service.house import House
from service.store.engine import writing


def first_login(house: House) -> str | None:
    """Return the path with which the first admin gets in; None when one already has a password."""
    with writing(house.engine) as db:
        admins = db.exec(
            select(User)
            .where(User.role == UserRole.ADMIN, col(User.active))
            .order_by(col(User.created_at), col(User.handle))
        ).all()
        if not admins or any(admin.password_hash for admin in admins):
            return None
        return issue_first_login(db, admins[0].id, house.clock.now())
