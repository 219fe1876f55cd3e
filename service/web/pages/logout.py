"""POST /logout: out, here and in the database."""

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.entry.auth import close_session
from service.web.entry.session_cookie import drop_session
from service.web.render import see_other
from service.web.site import PageSiteHere

router = APIRouter()


@router.post("/logout", dependencies=[Depends(require(Permission.ANYONE))])
def log_out(request: Request, site: PageSiteHere) -> Response:
    """End the session; somebody who is not logged in is none the worse."""
    with writing(site.engine) as db:
        close_session(db, request.cookies.get(site.cookie_name))
    response = see_other("/login")
    drop_session(response, site)
    flash.leave(response, site, "logged_out")
    return response
