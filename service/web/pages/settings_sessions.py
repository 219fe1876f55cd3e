"""POST /settings/sessions/...: log out one other browser, or all of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import NotFoundError
from service.leads.ledger import audit
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.entry.auth import (
    browser_in_words,
    close_all_sessions,
    close_own_session,
    open_session,
)
from service.web.entry.session_cookie import set_session
from service.web.render import see_other
from service.web.site import PageSiteHere

router = APIRouter()

Me = Annotated[Viewer, Depends(require(Permission.EDIT_OWN))]


@router.post("/settings/sessions/end")
def end_one(
    site: PageSiteHere, viewer: Me, session: Annotated[Line, Form(max_length=64)]
) -> Response:
    """End one of the viewer's own sessions."""
    with writing(site.engine) as db:
        if not close_own_session(db, viewer.id, session):
            raise NotFoundError("That browser is logged out already.")
    response = see_other("/settings/login")
    flash.leave(response, site, "session_ended")
    return response


@router.post("/settings/sessions/end-all")
def end_all(request: Request, site: PageSiteHere, viewer: Me) -> Response:
    """End all of them, and begin a new one here."""
    now = site.clock.now()
    with writing(site.engine) as db:
        close_all_sessions(db, viewer.id)
        browser = browser_in_words(request.headers.get("user-agent"))
        token = open_session(db, viewer.id, now, browser=browser)
        subject = f"user:{viewer.id}"
        audit(db, actor=viewer.id, action="user.sessions_ended", subject=subject, at=now)
    response = see_other("/settings/login")
    set_session(response, site, token)
    flash.leave(response, site, "logged_out_everywhere")
    return response
