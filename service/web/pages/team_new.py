"""GET and POST /team/new: somebody new, let in by a link that works once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import select

from config import ConfigError
from models.people import User
from models.words import UserRole
from service.access.permissions import Permission
from service.access.team_rules import check_may_change, roles_given_by, teams_of
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.serving.site import Site, SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web.access.guard import require
from service.web.forms.editing import put_into_teams
from service.web.forms.person_form import Short, in_words
from service.web.forms.zones import ZONES
from service.web.pages.team_link import show_link
from service.web.pages.team_person import catch_up
from service.web.render import page

router = APIRouter()

Editor = Annotated[Viewer, Depends(require(Permission.EDIT_TEAM))]
_EMPTY = {
    "handle": "",
    "name": "",
    "email": "",
    "role": "rep",
    "team": "",
    "tz": "UTC",
    "hours": "mon-fri 09:00-17:30",
    "max_open": "20",
}


@router.get("/team/new")
def show_new(request: Request, site: SiteHere, viewer: Editor) -> Response:
    """Ask who it is."""
    teams = teams_of(viewer, site.config)
    typed = _EMPTY | {"tz": viewer.tz, "team": teams[0] if len(teams) == 1 else ""}
    return _form(request, site, viewer, typed, [])


@router.post("/team/new")
def invite(
    request: Request,
    site: SiteHere,
    viewer: Editor,
    handle: Short,
    name: Annotated[Line, Form(max_length=120)],
    role: Annotated[UserRole, Form()],
    tz: Short = "UTC",
    hours: Annotated[Line, Form(max_length=200)] = "always",
    max_open: Annotated[int, Form(ge=0, le=10_000)] = 20,
    email: Annotated[Line, Form(max_length=254)] = "",
    team: Short = "",
) -> Response:
    """Write them into teams.toml and show the link, this once."""
    typed = {
        "handle": handle,
        "name": name,
        "email": email,
        "role": role.value,
        "team": team,
        "tz": tz,
        "hours": hours,
        "max_open": str(max_open),
    }
    check_may_change(viewer, None, site.config, to_role=role, to_team=team or None)
    if handle in site.config.users:
        return _form(request, site, viewer, typed, ["Somebody has that handle already."])
    fields = typed | {"max_open": max_open, "email": email or None, "team": team or None}
    try:
        put_into_teams(site, viewer, "user", "handle", fields, note=f"invited {handle}")
    except ConfigError as error:
        return _form(request, site, viewer, typed, in_words(error.problems))
    except RefusedError as error:
        return _form(request, site, viewer, typed, [str(error)])
    catch_up(site)
    with writing(site.engine) as db:
        user = db.exec(select(User).where(User.handle == handle)).one()
        return show_link(request, site, viewer, db, user)


def _form(
    request: Request, site: Site, viewer: Viewer, typed: object, problems: list[str]
) -> Response:
    own = teams_of(viewer, site.config)
    return page(
        request,
        "team_new.html",
        viewer=viewer,
        status=422 if problems else 200,
        typed=typed,
        problems=problems,
        roles=roles_given_by(viewer),
        teams=[team for team in site.config.teams.values() if team.id in own],
        zones=ZONES,
    )
