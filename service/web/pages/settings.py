"""GET and POST /settings: who I am here, how the page looks, and when I am away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import col, func, or_, select

from config import ConfigError
from models.people import User
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import put_into_teams
from service.web.forms.person_form import Short, in_words, listed
from service.web.forms.zones import ZONES
from service.web.render import page, see_other
from service.web.views.team import absences_of

router = APIRouter()

Me = Annotated[Viewer, Depends(require(Permission.EDIT_OWN))]


@router.get("/settings")
def show_settings(request: Request, site: SiteHere, viewer: Me) -> Response:
    """Show what the viewer may say of themselves."""
    return _page(request, site, viewer, None, [])


@router.post("/settings")
def save_profile(
    request: Request,
    site: SiteHere,
    viewer: Me,
    name: Annotated[Line, Form(max_length=120)],
    tz: Short,
    hours: Annotated[Line, Form(max_length=200)],
    email: Annotated[Line, Form(max_length=254)] = "",
    known_as: Annotated[Line, Form(max_length=500)] = "",
) -> Response:
    """Write it into teams.toml; role, team and limits are not theirs to change."""
    typed = {"name": name, "email": email, "tz": tz, "hours": hours, "known_as": known_as}
    fields = typed | {
        "handle": viewer.handle,
        "email": email or None,
        "known_as": listed(known_as) or None,
    }
    if viewer.handle not in site.config.users:
        raise RefusedError("You are not in teams.toml; ask an admin to add you.")
    if email and _is_taken(site, viewer, email):
        return _page(request, site, viewer, typed, ["Somebody else has that address."])
    try:
        put_into_teams(site, viewer, "user", "handle", fields, note="own profile")
    except ConfigError as error:
        return _page(request, site, viewer, typed, in_words(error.problems))
    response = see_other("/settings")
    flash.leave(response, site, "saved")
    return response


def _is_taken(site: Site, viewer: Viewer, email: str) -> bool:
    """Return whether somebody else is found by ``email`` at the login."""
    named = or_(func.lower(User.email) == email.lower(), func.lower(User.handle) == email.lower())
    with reading(site.engine) as db:
        return db.exec(select(User.id).where(named, col(User.id) != viewer.id)).first() is not None


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    typed: dict[str, str] | None,
    problems: list[str],
) -> Response:
    now = site.clock.now()
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
        away = absences_of(db, viewer.id, now=now)
    spec = site.config.users.get(viewer.handle)
    return page(
        request,
        "settings.html",
        viewer=viewer,
        status=422 if problems else 200,
        problems=problems,
        form=typed
        or {
            "name": user.name,
            "email": user.email or "",
            "tz": user.tz,
            "hours": user.hours,
            "known_as": ", ".join(spec.known_as) if spec else "",
        },
        user=user,
        away=away,
        zones=ZONES,
        may_edit=spec is not None and site.live.folder is not None,
    )
