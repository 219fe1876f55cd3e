"""GET /: where the day begins, for each role somewhere else."""

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.web.access.areas import home_of
from service.web.access.guard import require
from service.web.entry.auth import viewer_of_request
from service.web.render import see_other

router = APIRouter()


@router.get("/", dependencies=[Depends(require(Permission.ANYONE))])
def home(request: Request) -> Response:
    """Lead to the first area that the viewer may enter, or to the login."""
    viewer = viewer_of_request(request)
    return see_other(home_of(viewer.role) if viewer else "/login")
