"""GET and POST /team/people/HANDLE/left: somebody goes for good, and where their leads go."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import col, select

from models.people import User
from models.words import LeadStatus, UserRole
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.routing.absences import leave
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.web import flash
from service.web.access.guard import require
from service.web.pages.team_away import person_to_move
from service.web.render import page, see_other
from service.web.views.team import leads_of

router = APIRouter()

Editor = Annotated[Viewer, Depends(require(Permission.EDIT_TEAM))]
_MANAGERS_OWN = {LeadStatus.WORKING, LeadStatus.OPPORTUNITY}


@router.get("/team/people/{handle}/left")
def show_leaving(request: Request, site: SiteHere, viewer: Editor, handle: str) -> Response:
    """Show what would go where."""
    config = site.config
    with reading(site.engine) as db:
        user = person_to_move(db, site, viewer, handle)
        held = leads_of(db, user.id)
    team = config.teams.get(user.team_id or "")
    spec = config.users[handle]
    manager = spec.reports_to or (team.manager if team else None) or config.process.owner
    return page(
        request,
        "team_left.html",
        viewer=viewer,
        person=user,
        go_on=[lead for lead in held if lead.status not in _MANAGERS_OWN],
        stay=[lead for lead in held if lead.status in _MANAGERS_OWN],
        manager=config.users[manager].name if manager in config.users else manager,
        topics=[t.name for t in config.topics.values() if t.owner == handle],
        reports=[u.name for u in config.users.values() if u.reports_to == handle],
        owns_process=config.process.owner == handle,
    )


@router.post("/team/people/{handle}/left")
def let_go(site: SiteHere, viewer: Editor, handle: str) -> Response:
    """Take leads and login away; what they had goes to others or to the manager."""
    with writing(site.engine) as db:
        user = person_to_move(db, site, viewer, handle)
        if user.id == viewer.id:
            raise RefusedError("Somebody else notes that you leave: you would lock yourself out.")
        _check_somebody_stays(db.exec(select(User).where(col(User.active))).all(), site, user)
        leave(db, user, by=viewer.id, config=site.config, now=site.clock.now())
    response = see_other(f"/team/people/{handle}")
    flash.leave(response, site, "left")
    return response


def _check_somebody_stays(others: Sequence[User], site: Site, user: User) -> None:
    """Refuse to let the last one go who runs the house, or who takes what nobody else does."""
    rest = [other for other in others if other.id != user.id]
    if user.role is UserRole.ADMIN and not any(o.role is UserRole.ADMIN for o in rest):
        raise RefusedError("Nobody would be left who is an admin: make somebody else one first.")
    fallback = site.config.routing.fallback_team
    takers = [other for other in rest if other.team_id == fallback and other.max_open]
    if user.team_id == fallback and user.max_open and not takers:
        message = f"Nobody would be left in {fallback}, the fallback team: add somebody first."
        raise RefusedError(message)
