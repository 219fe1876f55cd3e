"""GET and POST /login/code: the second half of a login, a one-time code beside the password."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from models.people import User
from service.access.permissions import Permission
from service.store.engine import reading, writing
from service.typed import Line
from service.web.access.guard import require
from service.web.entry import second_factor
from service.web.entry.auth import browser_in_words, open_session
from service.web.entry.half_login import (
    HalfLogin,
    forget_half_login,
    half_login_of,
    is_good_for,
)
from service.web.entry.second_factor import WrongCodeError
from service.web.entry.session_cookie import set_session
from service.web.render import page, see_other
from service.web.site import PageSite, PageSiteHere

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])

_WRONG = "That is not the code of now. Wait for the next one and try again."


@router.get("/login/code")
def show_login_code(request: Request, site: PageSiteHere) -> Response:
    """Ask for the code; without a password before it, back to the login."""
    if _begun(request, site) is None:
        return see_other("/login")
    return page(request, "login_code.html", problem=None)


@router.post("/login/code")
def log_in_with_code(
    request: Request, site: PageSiteHere, code: Annotated[Line, Form(max_length=40)] = ""
) -> Response:
    """Let somebody in who has the code too."""
    half = _begun(request, site)
    if half is None:
        return see_other("/login")
    now = site.clock.now()
    guessed = f"code of {half.user_id}"  # wherever from: six digits are few
    if left := site.throttle.begin(guessed, "", now):
        seconds = ceil(left.total_seconds())
        problem = f"Too many tries. Wait {seconds} s, then try again."
        refusal = page(request, "login_code.html", status=429, problem=problem)
        refusal.headers["Retry-After"] = str(seconds)
        return refusal
    try:
        with writing(site.engine) as db:
            second_factor.check(db, half.user_id, code, secret=site.secret, now=now)
            browser = browser_in_words(request.headers.get("user-agent"))
            token = open_session(db, half.user_id, now, browser=browser)
    except WrongCodeError:
        return page(request, "login_code.html", status=422, problem=_WRONG)
    site.throttle.succeeded(guessed, "")
    response = see_other(half.after)
    forget_half_login(response, site)
    set_session(response, site, token)
    return response


def _begun(request: Request, site: PageSite) -> HalfLogin | None:
    half = half_login_of(request)
    if half is None:
        return None
    with reading(site.engine) as db:
        return half if is_good_for(half, db.get(User, half.user_id)) else None
