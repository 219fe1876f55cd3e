"""GET /team: the teams, who is at work, and how much everybody has."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.team import read_team

router = APIRouter()


@router.get("/team")
def team(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TEAM))],
) -> Response:
    """Show everybody."""
    with reading(site.engine) as db:
        nodes = read_team(db, viewer, site.config, now=site.clock.now())
    return page(
        request,
        "team.html",
        viewer=viewer,
        teams=nodes,
        may_edit=may(viewer, Permission.EDIT_TEAM) and site.live.folder is not None,
        may_settings=may(viewer, Permission.EDIT_SETTINGS) and site.live.folder is not None,
    )
