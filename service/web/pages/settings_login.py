"""GET /settings/login: my password, my one-time codes, the browsers that I am logged in with."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from models.people import User
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.store.engine import reading
from service.tokens import hashed
from service.web.access.guard import require
from service.web.entry.auth import live_sessions
from service.web.entry.second_factor import is_on, recovery_codes_left
from service.web.render import page
from service.web.site import PageSite, PageSiteHere

router = APIRouter()


@router.get("/settings/login")
def show_login_settings(
    request: Request,
    site: PageSiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_OWN))],
) -> Response:
    """Show them."""
    return login_settings(request, site, viewer)


def login_settings(
    request: Request, site: PageSite, viewer: Viewer, *, problem: str | None = None
) -> Response:
    """Return the page; with a problem of a form on it, if there is one."""
    now = site.clock.now()
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
        sessions = live_sessions(db, viewer.id, now)
        codes_on = is_on(db, viewer.id)
        left = recovery_codes_left(db, viewer.id)
    return page(
        request,
        "settings_login.html",
        viewer=viewer,
        status=422 if problem else 200,
        problem=problem,
        has_password=user.password_hash is not None,
        demo=site.demo,
        sessions=sessions,
        this=hashed(request.cookies.get(site.cookie_name, "")),
        codes_on=codes_on,
        codes_left=left,
        must=viewer.role in site.config.settings.login.second_factor_roles,
    )
