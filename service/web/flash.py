"""What was just done, told once on the next page: a signed cookie that holds a code, no text."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from service.web.site import Site, site_of

_COOKIE = "harken_flash"
_SECONDS = 60

SAYINGS: Mapping[str, str] = {
    "accepted": "Accepted: it is yours. Open the original, answer as yourself, log the touch.",
    "declined": "Declined. It goes to the next rep who fits.",
    "declined_not_a_lead": "Declined as no lead. A marketer will look at it.",
    "promoted": "Promoted. It is offered to a rep within minutes.",
    "dismissed": "Dismissed. It is closed with your reason.",
    "touched": "Noted.",
    "captured_lead": "Captured: it is a lead.",
    "captured_noted": "Captured. Nobody asks for anything there that a topic listens for.",
    "captured_known": "That was captured before; nothing is new.",
    "captured_barred": "Its author asked to be left alone. Nothing was stored.",
    "welcome": "Welcome. Leads that are offered to you come in here, each with its clock.",
    "saved": "Saved.",
    "confirmed": "Noted: it is a lead.",
    "snoozed": "It rests until then; something new from its author wakes it earlier.",
    "assigned": "It is yours. Open the original, answer as yourself, log the touch.",
    "labelled": "Noted, thank you: that keeps the miss rate honest.",
    "logged_out": "You are logged out.",
}


@dataclass(frozen=True, slots=True)
class Flash:
    """Something to say once."""

    text: str
    lead_id: str | None = None


def leave(response: Response, site: Site, code: str, lead_id: str | None = None) -> None:
    """Have the next page say what ``code`` stands for."""
    response.set_cookie(
        _COOKIE,
        _signer(site).dumps([code, lead_id]),
        max_age=_SECONDS,
        httponly=True,
        samesite="lax",
        secure=site.secure_cookies,
    )


def pick_up(request: Request) -> Flash | None:
    """Return what is to be said, if our own signature is on it."""
    cookie = request.cookies.get(_COOKIE)
    if not cookie:
        return None
    try:
        code, lead_id = _signer(site_of(request)).loads(cookie)
    except (BadSignature, ValueError, TypeError):
        return None
    return Flash(SAYINGS[code], lead_id) if code in SAYINGS else None


def forget(response: Response) -> None:
    """Say it no more."""
    response.delete_cookie(_COOKIE)


def _signer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(site.secret, salt="harken.flash")
