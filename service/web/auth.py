"""Who is at the other end: first-login links, sessions, and the viewer of a request.

Tokens are 256 random bits; the database keeps their SHA-256 only, so a stolen copy of it opens
nothing. Limits: ASVS 5.0 7.3 (idle and absolute time-out), 7.2.4 (a new token at login).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from models.people import LoginLink, LoginSession, User
from models.words import UserRole
from service.errors import NotFoundError
from service.store.engine import reading, writing
from service.web.site import site_of

SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)
LINK_LASTS = timedelta(hours=24)
#: A session's last use is written down this often, so that reading a page rarely writes.
_SEEN_EVERY = timedelta(minutes=5)


class LinkUselessError(NotFoundError):
    """This link does not work: it was used, is too old, or a newer one took its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at the page."""

    id: str
    handle: str
    name: str
    role: UserRole
    team_id: str | None
    tz: str  # IANA name

    @classmethod
    def of(cls, user: User) -> "Viewer":
        """Return the viewer that ``user`` is."""
        return cls(
            id=user.id,
            handle=user.handle,
            name=user.name,
            role=user.role,
            team_id=user.team_id,
            tz=user.tz,
        )


def hashed(token: str) -> str:
    """Return what the database keeps of ``token``."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_user(db: Session, login: str) -> User | None:
    """Return the active user whose handle or e-mail is ``login``, in any case; None if unclear."""
    name = login.strip().lower()
    wanted = or_(func.lower(User.handle) == name, func.lower(User.email) == name)
    found = db.exec(select(User).where(wanted, col(User.active)).limit(2)).all()
    return found[0] if len(found) == 1 else None


# --- first login -----------------------------------------------------------------------------


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


# --- sessions --------------------------------------------------------------------------------


def open_session(db: Session, user_id: str, now: datetime) -> str:
    """Return the token of a new session, and forget sessions of anybody that are over."""
    db.execute(
        delete(LoginSession).where(
            or_(
                col(LoginSession.expires_at) <= now,
                col(LoginSession.seen_at) <= now - SESSION_IDLE,
            )
        )
    )
    token = secrets.token_urlsafe(32)
    db.add(
        LoginSession(
            token_hash=hashed(token),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LONGEST,
        )
    )
    return token


def close_session(db: Session, token: str | None) -> None:
    """End the session of ``token``, if there is one."""
    if token:
        db.execute(delete(LoginSession).where(col(LoginSession.token_hash) == hashed(token)))


def close_all_sessions(db: Session, user_id: str) -> None:
    """End every session of a user: after a new password, a change of role, a good-bye."""
    db.execute(delete(LoginSession).where(col(LoginSession.user_id) == user_id))


def is_live(session: LoginSession, now: datetime) -> bool:
    """Return whether the session is neither idle for too long nor too old."""
    return now < session.expires_at and now - session.seen_at < SESSION_IDLE


def viewer_of_request(request: Request) -> Viewer | None:
    """Return who is logged in, or None."""
    site = site_of(request)
    token = request.cookies.get(site.cookie_name)
    if not token:
        return None
    now = site.clock.now()
    with reading(site.engine) as db:
        session = db.get(LoginSession, hashed(token))
        if session is None or not is_live(session, now):
            return None
        user = db.get(User, session.user_id)
    if user is None or not user.active:
        return None
    if now - session.seen_at >= _SEEN_EVERY:
        with writing(site.engine) as db:
            db.execute(
                update(LoginSession)
                .where(col(LoginSession.token_hash) == hashed(token))
                .values(seen_at=now)
            )
    return Viewer.of(user)
