"""Tokens by which a person's programs work with the API.

A token is ``hk_`` and 256 random bits. It is shown once; the database keeps its SHA-256, so a
stolen copy of it opens nothing, and its first characters, by which its owner knows it again.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from models.api import ApiToken
from models.people import User
from models.words import TokenScope, UserRole
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.leads.ledger import audit

PREFIX: Final = "hk_"
_SHOWN = 9  # characters: 36 bits less to guess of 256
_LONGEST_NAME = 80
#: A token's last use is written down this often, so that reading rarely writes.
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token that was just made."""

    id: str
    token: str = field(repr=False)  # never to be had again
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whose program is at the other end."""

    token_id: str
    scope: TokenScope
    user: User


def issue(
    db: Session,
    *,
    user_id: str,
    name: str,
    scope: TokenScope,
    lasts: timedelta | None,
    by: str,
    now: datetime,
) -> Issued:
    """Return a new token that acts for a user, as far as its scope and the user's role go.

    Args:
        db: a writing session.
        user_id: for whom it acts.
        name: what it is for, in one line of 80 characters at the most.
        scope: read, write (also reads), or admin (everything its owner may).
        lasts: for how long; None: until it is revoked.
        by: who makes it, a user's id, or "harken".
        now: the time.

    Raises:
        NotFoundError: there is no such user, or they are not active.
        RefusedError: it has no name, or would be over at once.
    """
    name = " ".join(name.split())
    user = db.get(User, user_id)
    if user is None or not user.active:
        raise NotFoundError("There is no active user of that id.")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise RefusedError(f"Say what the token is for, in 1 to {_LONGEST_NAME} characters.")
    if lasts is not None and lasts <= timedelta(0):
        raise RefusedError("That token would be over before it is used.")
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        user_id=user.id,
        name=name,
        token_hash=hashed(token),
        prefix=token[:_SHOWN],
        scope=scope,
        created_at=now,
        expires_at=now + lasts if lasts is not None else None,
    )
    db.add(row)
    db.flush()
    detail = {"user": user.id, "scope": scope.value}
    audit(db, actor=by, action="token.issued", subject=f"token:{row.id}", at=now, detail=detail)
    return Issued(id=row.id, token=token, prefix=row.prefix)


def tokens_of(db: Session, user_id: str | None = None) -> Sequence[ApiToken]:
    """Return the tokens of a user, or of everybody, the newest first; revoked ones too."""
    wanted = select(ApiToken).order_by(col(ApiToken.id).desc())
    if user_id is not None:
        wanted = wanted.where(ApiToken.user_id == user_id)
    return db.exec(wanted).all()


def is_live(token: ApiToken, now: datetime) -> bool:
    """Return whether a token is neither revoked nor over."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def revoke(db: Session, token_id: str, *, by: User | None, now: datetime) -> ApiToken:
    """Have a token open nothing from now on; a second time changes nothing.

    Args:
        db: a writing session.
        token_id: its id, or the characters that it begins with.
        by: who takes it back: its owner or an admin; None: whoever runs this machine.
        now: the time.

    Raises:
        NotFoundError: there is none, or it is none of that user's business.
        ForbiddenError: several begin so.
    """
    found = db.exec(
        select(ApiToken)
        .where(or_(col(ApiToken.id) == token_id, col(ApiToken.prefix) == token_id))
        .limit(2)
    ).all()
    if len(found) > 1:
        raise ForbiddenError(f"Several tokens begin with {token_id}; name one by its id.")
    may = found and (by is None or by.role is UserRole.ADMIN or by.id == found[0].user_id)
    if not may:
        raise NotFoundError("There is no such token of yours.")
    token = found[0]
    if token.revoked_at is None:
        token.revoked_at = now
        db.add(token)
        db.flush()
        actor = by.id if by else "harken"
        audit(db, actor=actor, action="token.revoked", subject=f"token:{token.id}", at=now)
    return token


def bearer_of(db: Session, token: str, now: datetime) -> tuple[Bearer, bool] | None:
    """Return whom a token acts for, and whether its use is to be noted; None: it opens nothing.

    It does not say why, not to help guessing.
    """
    row = db.exec(select(ApiToken).where(ApiToken.token_hash == hashed(token))).first()
    if row is None or not is_live(row, now):
        return None
    user = db.get(User, row.user_id)
    if user is None or not user.active:
        return None
    stale = row.last_used_at is None or now - row.last_used_at >= _SEEN_EVERY
    return Bearer(token_id=row.id, scope=row.scope, user=user), stale


def note_use(db: Session, token_id: str, now: datetime) -> None:
    """Write down that a token is used."""
    db.execute(update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=now))


def hashed(token: str) -> str:
    """Return what the database keeps of ``token``: SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
