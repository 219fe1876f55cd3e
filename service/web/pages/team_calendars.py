"""GET and POST /team/calendars: days on which nobody of a country or a site works."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config import ConfigError
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.editing.calendars import put_days
from service.errors import RefusedError
from service.serving.site import Site, SiteHere
from service.typed import Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import TEAMS, file_of, write_file
from service.web.forms.person_form import Short, in_words
from service.web.pages.team_person import catch_up
from service.web.render import page, see_other

router = APIRouter()


@router.get("/team/calendars")
def show_calendars(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TEAM))],
) -> Response:
    """Show the calendars and whose they are."""
    return _page(request, site, viewer, None, [])


@router.post("/team/calendars")
def save_calendar(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TEAM))],
    name: Short,
    days: Annotated[Prose, Form(max_length=20_000)] = "",
) -> Response:
    """Write a calendar's days, one a line."""
    typed = {"name": name, "days": days}
    try:
        wanted = sorted({date.fromisoformat(line) for line in days.split()})
    except ValueError:
        problems = ["Write one day a line, as 2026-12-25."]
        return _page(request, site, viewer, typed, problems)
    now = file_of(site, TEAMS)
    try:
        text = put_days(now.text, name, wanted)
        write_file(site, viewer, TEAMS, text, seen=now.digest, note=f"holidays {name}")
    except ConfigError as error:
        return _page(request, site, viewer, typed, in_words(error.problems))
    except RefusedError as error:
        return _page(request, site, viewer, typed, [str(error)])
    catch_up(site)
    response = see_other("/team/calendars")
    flash.leave(response, site, "saved")
    return response


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    typed: dict[str, str] | None,
    problems: list[str],
) -> Response:
    config = site.config
    return page(
        request,
        "team_calendars.html",
        viewer=viewer,
        status=422 if problems else 200,
        calendars={name: sorted(days) for name, days in config.calendars.items()},
        people={
            name: [user.name for user in config.users.values() if user.calendar == name]
            for name in config.calendars
        },
        today=site.clock.now().date(),
        typed=typed or {"name": "", "days": ""},
        problems=problems,
        may_edit=may(viewer, Permission.EDIT_TEAM) and site.live.folder is not None,
    )
