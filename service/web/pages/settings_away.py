"""POST /settings/away and /settings/back: I take no leads for a while, or do again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.people import User
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.routing.absences import come_back, go_away
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.forms.away_form import span_of
from service.web.render import see_other

router = APIRouter()

Me = Annotated[Viewer, Depends(require(Permission.EDIT_OWN))]


@router.post("/settings/away")
def go(
    site: SiteHere,
    viewer: Me,
    since: Annotated[datetime | None, Form()] = None,
    until: Annotated[datetime | None, Form()] = None,
) -> Response:
    """Note it; what is offered then goes to others when it begins."""
    now = site.clock.now()
    with writing(site.engine) as db:
        user = db.get_one(User, viewer.id)
        begins, ends = span_of(user, since=since, until=until, now=now)
        go_away(db, user, from_at=begins, to_at=ends, by=viewer.id, config=site.config, now=now)
    response = see_other("/settings")
    flash.leave(response, site, "away")
    return response


@router.post("/settings/back")
def be_back(site: SiteHere, viewer: Me) -> Response:
    """Take leads again; absences that are planned are taken back as well."""
    with writing(site.engine) as db:
        user = db.get_one(User, viewer.id)
        come_back(db, user, by=viewer.id, config=site.config, now=site.clock.now())
    response = see_other("/settings")
    flash.leave(response, site, "back")
    return response
