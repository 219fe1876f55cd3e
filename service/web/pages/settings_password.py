"""POST /settings/password: a new password, which ends every session but this one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from models.people import User
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.leads.ledger import audit
from service.store.engine import reading, writing
from service.web import flash
from service.web.access.guard import require
from service.web.entry.auth import browser_in_words, close_all_sessions, open_session
from service.web.entry.confirming import WrongPasswordError, confirm_password
from service.web.entry.passwords import LONGEST, hash_password, objection
from service.web.entry.session_cookie import set_session
from service.web.pages.settings_login import login_settings
from service.web.render import see_other
from service.web.site import PageSiteHere

router = APIRouter()


@router.post("/settings/password")
def set_password(
    request: Request,
    site: PageSiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_OWN))],
    new_password: Annotated[str, Form(max_length=LONGEST * 4)],
    password: Annotated[str, Form(max_length=LONGEST * 4)] = "",
) -> Response:
    """Take the new one if the old one is right; in a demo also where there was none."""
    now = site.clock.now()
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
    try:
        confirm_password(request, site, user, password)
    except WrongPasswordError as error:
        return login_settings(request, site, viewer, problem=str(error))
    names = (user.handle, user.email or "", (user.email or "").partition("@")[0])
    if problem := objection(new_password, names=(*names, *user.name.split())):
        return login_settings(request, site, viewer, problem=problem)
    password_hash = hash_password(new_password)
    with writing(site.engine) as db:
        row = db.get_one(User, viewer.id)
        row.password_hash = password_hash
        db.add(row)
        close_all_sessions(db, viewer.id)
        browser = browser_in_words(request.headers.get("user-agent"))
        token = open_session(db, viewer.id, now, browser=browser)
        audit(db, actor=viewer.id, action="user.password_set", subject=f"user:{row.id}", at=now)
    response = see_other("/settings/login")
    set_session(response, site, token)
    flash.leave(response, site, "password_set")
    return response
