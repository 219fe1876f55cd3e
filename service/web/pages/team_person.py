"""GET and POST /team/people/HANDLE: somebody as they stand, and what may be changed of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config import ConfigError
from models.words import UserRole
from service.access.permissions import Permission, may
from service.access.team_rules import check_may_change, roles_given_by, teams_of
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.routing.absences import relieve
from service.routing.route import drain
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import put_into_teams
from service.web.forms.person_form import PersonForm, Short, Words, in_words
from service.web.forms.zones import ZONES
from service.web.render import page, see_other
from service.web.views.team import absences_of, leads_of, read_person
from service.web.views.triage import takers

router = APIRouter()


@router.get("/team/people/{handle}")
def show_person(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TEAM))],
    handle: str,
) -> Response:
    """Show somebody; who may change them gets the form."""
    return _page(request, site, viewer, handle)


@router.post("/team/people/{handle}")
def change_person(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TEAM))],
    handle: str,
    name: Annotated[Line, Form(max_length=120)],
    role: Annotated[UserRole, Form()],
    tz: Short,
    hours: Annotated[Line, Form(max_length=200)],
    weight: Annotated[int, Form(ge=1, le=100)],
    max_open: Annotated[int, Form(ge=0, le=10_000)],
    email: Annotated[Line, Form(max_length=254)] = "",
    team: Short = "",
    calendar: Short = "",
    reports_to: Short = "",
    max_per_day: Annotated[int, Form(ge=0, le=10_000)] = 0,
    skills: Words = "",
    languages: Words = "",
    regions: Words = "",
    known_as: Words = "",
) -> Response:
    """Write what the form says into teams.toml; with another role they log in anew."""
    with reading(site.engine) as db:
        _, spec = read_person(db, viewer, handle, site.config, now=site.clock.now())
    check_may_change(viewer, spec, site.config, to_role=role, to_team=team or None)
    form = PersonForm(
        handle=handle,
        name=name,
        email=email,
        role=role,
        team=team,
        tz=tz,
        hours=hours,
        calendar=calendar,
        reports_to=reports_to,
        weight=weight,
        max_open=max_open,
        max_per_day=max_per_day or None,
        skills=skills,
        languages=languages,
        regions=regions,
        known_as=known_as,
    )
    try:
        put_into_teams(site, viewer, "user", "handle", form.entry(), note=f"changed {handle}")
    except ConfigError as error:
        problems = in_words(error.problems)
        return _page(request, site, viewer, handle, form=form, problems=problems)
    except RefusedError as error:
        return _page(request, site, viewer, handle, form=form, problems=[str(error)])
    catch_up(site)
    response = see_other(f"/team/people/{handle}")
    flash.leave(response, site, "saved")
    return response


def catch_up(site: Site) -> None:
    """Move what has to move after the team is another: leads of who is gone, and the queue."""
    now = site.clock.now()
    with writing(site.engine) as db:
        relieve(db, config=site.config, now=now)
        drain(db, config=site.config, now=now)


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    handle: str,
    *,
    form: PersonForm | None = None,
    problems: list[str] | None = None,
) -> Response:
    now, config = site.clock.now(), site.config
    with reading(site.engine) as db:
        line, spec = read_person(db, viewer, handle, config, now=now)
        away = absences_of(db, line.user_id, now=now)
        sees_leads = may(viewer, Permission.ASSIGN_LEADS) and may(viewer, Permission.READ_LEADS)
        leads = leads_of(db, line.user_id) if sees_leads else None
        others = [one for one in takers(db) if one[0] != line.user_id] if leads else []
    own_teams = teams_of(viewer, config)
    return page(
        request,
        "team_person.html",
        viewer=viewer,
        status=422 if problems else 200,
        person=line,
        spec=spec,
        form=form or PersonForm.of(spec),
        problems=problems or [],
        away=away,
        leads=leads,
        others=others,
        config=config,
        roles=_with(roles_given_by(viewer), spec.role),
        teams=[t for t in config.teams.values() if t.id in own_teams or t.id == spec.team],
        zones=ZONES,
        may_change=line.may_change
        and may(viewer, Permission.EDIT_TEAM)
        and site.live.folder is not None,
        may_move=line.may_change and may(viewer, Permission.EDIT_TEAM),
    )


def _with(roles: tuple[UserRole, ...], own: UserRole) -> tuple[UserRole, ...]:
    return roles if own in roles else (own, *roles)
