"""GET /team/routing: which team gets a lead, and how long everything may take, in words."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.web.access.guard import require
from service.web.render import page
from service.web.views.routing_words import channel_lines, rule_lines, span_in_words

router = APIRouter()


@router.get("/team/routing")
def routing(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TEAM))],
) -> Response:
    """Show the rules in the order in which they are tried, and the clocks of each channel."""
    config = site.config
    return page(
        request,
        "team_routing.html",
        viewer=viewer,
        config=config,
        rules=rule_lines(config),
        channels=channel_lines(config),
        span=span_in_words,
        may_edit=may(viewer, Permission.EDIT_ROUTING) and site.live.folder is not None,
    )
