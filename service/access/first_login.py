"""First-login links: how somebody gets in who has no password yet, or has forgotten it.

The database keeps the SHA-256 of a link's token only, so a stolen copy of it opens nothing.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col

from models.people import LoginLink, User
from service.errors import NotFoundError
from service.tokens import hashed

LINK_LASTS = timedelta(hours=24)


class LinkUselessError(NotFoundError):
    """This link does not work: it was used, is too old, or a newer one took its place."""


def issue_first_login(
    db: Session, user_id: str, now: datetime, *, lasts: timedelta = LINK_LASTS
) -> str:
    """Return the path of a new link by which ``user_id`` gets in, good until ``now + lasts``.

    Links of that user that were not used stop working.

    Raises:
        NotFoundError: there is no such user.
    """
    if db.get(User, user_id) is None:
        raise NotFoundError(f"there is no user {user_id}")
    unused = col(LoginLink.used_at).is_(None)
    db.execute(delete(LoginLink).where(col(LoginLink.user_id) == user_id, unused))
    token = secrets.token_urlsafe(32)
    db.add(LoginLink(token_hash=hashed(token), user_id=user_id, expires_at=now + lasts))
    return f"/login/first/{token}"


def user_of_link(db: Session, token: str, now: datetime) -> User:
    """Return whom an unused link lets in.

    Raises:
        LinkUselessError: it lets nobody in; it does not say why, not to help guessing.
    """
    link = db.get(LoginLink, hashed(token))
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkUselessError
    user = db.get(User, link.user_id)
    if user is None or not user.active:
        raise LinkUselessError
    return user


def use_link(db: Session, token: str, now: datetime) -> User:
    """Return whom the link lets in, and use it up.

    Raises:
        LinkUselessError: it lets nobody in.
    """
    user = user_of_link(db, token, now)
    db.execute(
        update(LoginLink).where(col(LoginLink.token_hash) == hashed(token)).values(used_at=now)
    )
    return user
