"""POST /team/people/HANDLE/away and /back: somebody takes no leads for a while, or does again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlmodel import Session, select

from models.people import User
from service.access.permissions import Permission
from service.access.team_rules import check_may_change
from service.access.viewer import Viewer
from service.errors import NotFoundError
from service.routing.absences import come_back, go_away
from service.serving.site import Site, SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.forms.away_form import span_of
from service.web.render import see_other
from service.web.views.team import leads_of

router = APIRouter()

Editor = Annotated[Viewer, Depends(require(Permission.EDIT_TEAM))]


@router.post("/team/people/{handle}/away")
def note_absence(
    site: SiteHere,
    viewer: Editor,
    handle: str,
    since: Annotated[datetime | None, Form()] = None,
    until: Annotated[datetime | None, Form()] = None,
) -> Response:
    """Note it; what they were offered goes to others when it begins."""
    now = site.clock.now()
    with writing(site.engine) as db:
        user = person_to_move(db, site, viewer, handle)
        begins, ends = span_of(user, since=since, until=until, now=now)
        go_away(db, user, from_at=begins, to_at=ends, by=viewer.id, config=site.config, now=now)
        keeps = begins <= now and bool(leads_of(db, user.id))
    response = see_other(f"/team/people/{handle}")
    flash.leave(response, site, "away_keeps" if keeps else "away")
    return response


@router.post("/team/people/{handle}/back")
def end_absence(site: SiteHere, viewer: Editor, handle: str) -> Response:
    """Let somebody take leads again who was away or had left."""
    with writing(site.engine) as db:
        user = person_to_move(db, site, viewer, handle)
        come_back(db, user, by=viewer.id, config=site.config, now=site.clock.now())
    response = see_other(f"/team/people/{handle}")
    flash.leave(response, site, "back")
    return response


def person_to_move(db: Session, site: Site, viewer: Viewer, handle: str) -> User:
    """Return somebody whom ``viewer`` may send away and bring back.

    Raises:
        NotFoundError: there is nobody of that handle.
        NotYourPersonError: only others may.
    """
    spec = site.config.users.get(handle)
    user = db.exec(select(User).where(User.handle == handle)).first()
    if spec is None or user is None:
        raise NotFoundError
    check_may_change(viewer, spec, site.config)
    return user
