"""Who knew the password and has yet to show a code: a signed cookie, good for five minutes.

It is bound to the password that was given, so that a new password ends what began with the old.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from models.people import User
from service.serving.site import Site, site_of

LASTS = timedelta(minutes=5)
_COOKIE = "harken_half"


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfLogin:
    """A login that a password began."""

    user_id: str
    fits: str  # what the password's hash has to be, hashed
    after: str  # where to go then


def leave_half_login(
    response: Response, site: Site, user: User, *, after: str, now: datetime
) -> None:
    """Have the browser keep that ``user``'s password was right."""
    until = int((now + LASTS).timestamp())
    response.set_cookie(
        _COOKIE,
        _signer(site).dumps([user.id, _fits(user), after, until]),
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=site.secure_cookies,
    )


def half_login_of(request: Request) -> HalfLogin | None:
    """Return what the cookie says, if it is ours and its time is not over."""
    site = site_of(request)
    try:
        user_id, fits, after, until = _signer(site).loads(request.cookies.get(_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    if site.clock.now().timestamp() >= until:
        return None
    return HalfLogin(user_id=user_id, fits=fits, after=after)


def is_good_for(half: HalfLogin, user: User | None) -> bool:
    """Return whether ``user`` is still who began it, with the password of then."""
    return user is not None and user.active and half.fits == _fits(user)


def forget_half_login(response: Response, site: Site) -> None:
    """Have the browser forget it."""
    response.delete_cookie(_COOKIE, httponly=True, samesite="lax", secure=site.secure_cookies)


def _fits(user: User) -> str:
    return hashlib.sha256((user.password_hash or "").encode()).hexdigest()[:16]


def _signer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(
        site.secret, salt="harken.half-login", signer_kwargs={"digest_method": hashlib.sha256}
    )
