"""GET and POST /login: in by handle or e-mail and password."""

from datetime import timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from service.access.permissions import Permission
from service.links import inward
from service.store.engine import reading, writing
from service.typed import Line
from service.web.access.areas import home_of
from service.web.access.guard import require
from service.web.entry.auth import (
    browser_in_words,
    close_session,
    find_user,
    open_session,
    viewer_of_request,
)
from service.web.entry.half_login import leave_half_login
from service.web.entry.passwords import LONGEST, is_password
from service.web.entry.second_factor import is_on
from service.web.entry.session_cookie import set_session
from service.web.render import page, see_other
from service.web.site import PageSiteHere

router = APIRouter()

_NO_MATCH = "That name and password don't go together. Try again."


@router.get("/login", dependencies=[Depends(require(Permission.ANYONE))])
def show_login(
    request: Request,
    after: Annotated[str, Query(alias="next", max_length=2000)] = "/",
) -> Response:
    """Ask who it is; who is known already goes on."""
    if viewer_of_request(request) is not None:
        return see_other(inward(after))
    return page(request, "login.html", login="", after=inward(after), problem=None)


@router.post("/login", dependencies=[Depends(require(Permission.ANYONE))])
def log_in(
    request: Request,
    site: PageSiteHere,
    login: Annotated[Line, Form(max_length=320)],
    password: Annotated[str, Form(max_length=LONGEST * 4)],
    after: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Let somebody in who knows the password, or ask for a code beside it."""
    now = site.clock.now()
    address = request.client.host if request.client else ""
    after = inward(after)
    if left := site.throttle.begin(login, address, now):
        return _wait(request, left, login=login, after=after)
    with reading(site.engine) as db:
        user = find_user(db, login)
    if not is_password(password, user.password_hash if user else None) or user is None:
        return page(request, "login.html", status=422, login=login, after=after, problem=_NO_MATCH)
    site.throttle.succeeded(login, address)
    after = home_of(user.role) if after == "/" else after
    with writing(site.engine) as db:
        close_session(db, request.cookies.get(site.cookie_name))
        if is_on(db, user.id):
            response = see_other("/login/code")
            leave_half_login(response, site, user, after=after, now=now)
            return response
        browser = browser_in_words(request.headers.get("user-agent"))
        token = open_session(db, user.id, now, browser=browser)
    response = see_other(after)
    set_session(response, site, token)
    return response


def _wait(request: Request, left: timedelta, *, login: str, after: str) -> Response:
    seconds = ceil(left.total_seconds())
    problem = f"Too many tries. Wait {seconds} s, then try again."
    refusal = page(request, "login.html", status=429, login=login, after=after, problem=problem)
    refusal.headers["Retry-After"] = str(seconds)
    return refusal
