"""Who is at the other end: sessions, and the viewer of a request.

Tokens are 256 random bits; the database keeps their SHA-256 only, so a stolen copy of it opens
nothing. Limits: ASVS 5.0 7.3 (idle and absolute time-out), 7.2.4 (a new token at login).
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from models.people import LoginSession, User
from service.access.viewer import Viewer
from service.serving.site import Site
from service.store.engine import reading, writing
from service.tokens import hashed
from service.web.entry.second_factor import is_on
from service.web.site import page_site_of

SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)
#: A session's last use is written down this often, so that reading a page rarely writes.
_SEEN_EVERY = timedelta(minutes=5)
#: What browsers and systems say of themselves, the pretenders first: Edge says Chrome too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def find_user(db: Session, login: str) -> User | None:
    """Return the active user whose handle or e-mail is ``login``, in any case; None if unclear."""
    name = login.strip().lower()
    wanted = or_(func.lower(User.handle) == name, func.lower(User.email) == name)
    found = db.exec(select(User).where(wanted, col(User.active)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def open_session(db: Session, user_id: str, now: datetime, *, browser: str = "") -> str:
    """Return the token of a new session, and forget sessions of anybody that are over.

    Args:
        db: the transaction of the login.
        user_id: whose it is.
        now: when it begins.
        browser: what it calls itself, for its owner to know it by, see `browser_in_words`.
    """
    db.execute(
        delete(LoginSession).where(
            or_(
                col(LoginSession.expires_at) <= now,
                col(LoginSession.seen_at) <= now - SESSION_IDLE,
            )
        )
    )
    token = secrets.token_urlsafe(32)
    user = db.get(User, user_id)
    db.add(
        LoginSession(
            token_hash=hashed(token),
            user_id=user_id,
            role=user.role.value if user else None,
            browser=browser,
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
    """End every session of a user: after a new password, a good-bye, or because they say so."""
    db.execute(delete(LoginSession).where(col(LoginSession.user_id) == user_id))


def close_own_session(db: Session, user_id: str, token_hash: str) -> bool:
    """End one session of a user; return whether there was such a one."""
    ended = db.execute(
        delete(LoginSession).where(
            col(LoginSession.token_hash) == token_hash, col(LoginSession.user_id) == user_id
        )
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]  # a delete's result has it


def live_sessions(db: Session, user_id: str, now: datetime) -> Sequence[LoginSession]:
    """Return the sessions of a user that are open, the last used first."""
    mine = select(LoginSession).where(LoginSession.user_id == user_id)
    found = db.exec(mine.order_by(col(LoginSession.seen_at).desc())).all()
    return [session for session in found if is_live(session, now)]


def is_live(session: LoginSession, now: datetime) -> bool:
    """Return whether the session is neither idle for too long nor too old."""
    return now < session.expires_at and now - session.seen_at < SESSION_IDLE


def browser_in_words(user_agent: str | None) -> str:
    """Return what a browser calls itself in words of ours: "Firefox on Linux"."""
    told = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in told), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in told), None)
    return f"{browser} on {system}" if system else browser


def viewer_of_request(request: Request) -> Viewer | None:
    """Return who is logged in, or None."""
    site = page_site_of(request)
    token = request.cookies.get(site.cookie_name)
    if not token:
        return None
    now = site.clock.now()
    with reading(site.engine) as db:
        session = db.get(LoginSession, hashed(token))
        if session is None or not is_live(session, now):
            return None
        user = db.get(User, session.user_id)
        owes = user is not None and _owes_second_factor(db, site, user)
    if user is None or not user.active or session.role != user.role.value:
        return None  # who has another role now logs in anew
    # What the page asks by itself every minute is no sign of anybody being there.
    if now - session.seen_at >= _SEEN_EVERY and request.headers.get("hx-trigger") != "news":
        with writing(site.engine) as db:
            db.execute(
                update(LoginSession)
                .where(col(LoginSession.token_hash) == hashed(token))
                .values(seen_at=now)
            )
    return replace(Viewer.of(user), owes_second_factor=owes)


def _owes_second_factor(db: Session, site: Site, user: User) -> bool:
    asked = user.role in site.config.settings.login.second_factor_roles and not site.demo
    return asked and not is_on(db, user.id)
