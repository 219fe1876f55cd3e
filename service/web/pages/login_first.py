"""GET and POST /login/first/TOKEN: the first time in, by a link.

Following the link shows a page and uses nothing up, because mail scanners follow links too.
"""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session, select

from config import ConfigError
from models.lead import Lead
from models.people import User
from models.words import UserRole
from service.access.first_login import use_link, user_of_link
from service.access.permissions import GRANTS, Permission
from service.access.viewer import Viewer
from service.errors import ConflictError, NotFoundError, RefusedError
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.areas import home_of
from service.web.access.guard import require
from service.web.entry import second_factor
from service.web.entry.auth import (
    browser_in_words,
    close_all_sessions,
    close_session,
    open_session,
)
from service.web.entry.passwords import LONGEST, hash_password, objection
from service.web.entry.session_cookie import set_session
from service.web.forms.editing import put_into_teams
from service.web.render import page, see_other
from service.web.site import PageSite, PageSiteHere

logger = logging.getLogger(__name__)

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])


@router.get("/login/first/{token}")
def show_first_login(request: Request, site: PageSiteHere, token: str) -> Response:
    """Show whom the link lets in, and ask for a name and a password."""
    with reading(site.engine) as db:
        user = user_of_link(db, token, site.clock.now())
    return _form(request, site, name=user.name, handle=user.handle, problem=None)


@router.post("/login/first/{token}")
def first_login(
    request: Request,
    site: PageSiteHere,
    token: str,
    name: Annotated[Line, Form(max_length=120)] = "",
    password: Annotated[str, Form(max_length=LONGEST * 4)] = "",
) -> Response:
    """Let the user in: with a password of their own, or at once in a demo."""
    if site.demo:
        return _enter(request, site, token)
    now = site.clock.now()
    with reading(site.engine) as db:
        user = user_of_link(db, token, now)
    name = name or user.name
    names = (user.handle, user.email or "", (user.email or "").partition("@")[0], *name.split())
    if problem := objection(password, names=names):
        return _form(request, site, name=name, handle=user.handle, problem=problem)
    password_hash = hash_password(password)
    with writing(site.engine) as db:
        user = use_link(db, token, now)  # again, now under the lock: the link is good once
        user.name, user.password_hash = name, password_hash
        db.add(user)
        close_all_sessions(db, user.id)
        second_factor.switch_off(db, user.id)  # the link is also for who has lost the device
        session = open_session(db, user.id, now, browser=_browser(request))
        begins = _begins_at(db, user.role)
    _write_name(site, user)
    return _let_in(site, session, begins)


def _write_name(site: PageSite, user: User) -> None:
    """Write a name that was chosen into teams.toml too, or the next start takes it back.

    A folder that can't be written keeps nobody out.
    """
    spec = site.config.users.get(user.handle)
    if site.live.folder is None or spec is None or spec.name == user.name:
        return
    fields = {"handle": user.handle, "name": user.name}
    try:
        put_into_teams(site, Viewer.of(user), "user", "handle", fields, note="first login")
    except (ConfigError, ConflictError, NotFoundError, RefusedError) as error:
        logger.warning("the name of %s is not in teams.toml: %s", user.handle, error)


def _enter(request: Request, site: PageSite, token: str) -> Response:
    now = site.clock.now()
    with writing(site.engine) as db:
        user = user_of_link(db, token, now)
        close_session(db, request.cookies.get(site.cookie_name))
        session = open_session(db, user.id, now, browser=_browser(request))
        begins = _begins_at(db, user.role)
    return _let_in(site, session, begins)


def _browser(request: Request) -> str:
    return browser_in_words(request.headers.get("user-agent"))


def _begins_at(db: Session, role: UserRole) -> tuple[str, str]:
    """Return where somebody's first day begins, and what is said there.

    Who may say what is listened for does that first, as long as nothing has been found.
    """
    if Permission.EDIT_TOPICS in GRANTS[role] and not db.exec(select(Lead.id).limit(1)).first():
        return "/welcome", "welcome_empty"
    takes_offers = role in (UserRole.REP, UserRole.PARTNER)
    return home_of(role), "welcome" if takes_offers else "welcome_others"


def _let_in(site: PageSite, session: str, begins: tuple[str, str]) -> Response:
    path, said = begins
    response = see_other(path)
    set_session(response, site, session)
    flash.leave(response, site, said)
    return response


def _form(
    request: Request, site: PageSite, *, name: str, handle: str, problem: str | None
) -> Response:
    return page(
        request,
        "login_first.html",
        status=422 if problem else 200,
        name=name,
        handle=handle,
        demo=site.demo,
        problem=problem,
    )
