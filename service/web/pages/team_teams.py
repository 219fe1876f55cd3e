"""GET and POST /team/teams/ID: a team itself; "new" is one that is yet to be made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config import ConfigError
from config.team import ChannelKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import NotFoundError, RefusedError
from service.serving.site import Site, SiteHere
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import put_into_teams
from service.web.forms.person_form import Short, in_words
from service.web.render import page, see_other

router = APIRouter()

Admin = Annotated[Viewer, Depends(require(Permission.EDIT_SETTINGS))]
_NEW = "new"


@router.get("/team/teams/{team}")
def show_team(request: Request, site: SiteHere, viewer: Admin, team: str) -> Response:
    """Show what may be changed of it."""
    spec = site.config.teams.get(team)
    if spec is None and team != _NEW:
        raise NotFoundError("There is no such team.")
    typed = {
        "id": spec.id if spec else "",
        "name": spec.name if spec else "",
        "channel": spec.channel.value if spec else ChannelKind.INSIDE.value,
        "manager": (spec.manager or "") if spec else "",
        "allow_claim": "yes" if spec and spec.allow_claim else "",
    }
    return _page(request, site, viewer, team, typed, [])


@router.post("/team/teams/{team}")
def save_team(
    request: Request,
    site: SiteHere,
    viewer: Admin,
    team: str,
    name: Annotated[Line, Form(max_length=120)],
    channel: Annotated[ChannelKind, Form()],
    id_: Annotated[Line, Form(alias="id", max_length=64)] = "",
    manager: Short = "",
    allow_claim: Annotated[bool, Form()] = False,
) -> Response:
    """Write it into teams.toml."""
    name_of_team = id_ if team == _NEW else team
    typed = {
        "id": name_of_team,
        "name": name,
        "channel": channel.value,
        "manager": manager,
        "allow_claim": "yes" if allow_claim else "",
    }
    if team != _NEW and team not in site.config.teams:
        raise NotFoundError("There is no such team.")
    if team == _NEW and name_of_team in site.config.teams:
        return _page(request, site, viewer, team, typed, ["There is a team of that id already."])
    fields = {
        "id": name_of_team,
        "name": name,
        "channel": channel.value,
        "manager": manager or None,
        "allow_claim": allow_claim or None,
    }
    try:
        put_into_teams(site, viewer, "team", "id", fields, note=f"team {name_of_team}")
    except ConfigError as error:
        return _page(request, site, viewer, team, typed, in_words(error.problems))
    except RefusedError as error:
        return _page(request, site, viewer, team, typed, [str(error)])
    response = see_other("/team")
    flash.leave(response, site, "saved")
    return response


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    team: str,
    typed: dict[str, str],
    problems: list[str],
) -> Response:
    return page(
        request,
        "team_team.html",
        viewer=viewer,
        status=422 if problems else 200,
        is_new=team == _NEW,
        typed=typed,
        problems=problems,
        channels=ChannelKind,
        people=site.config.users,
    )
