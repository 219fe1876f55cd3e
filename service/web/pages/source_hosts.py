"""GET /sources/hosts: how often each host is asked, and which want to be left alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.sources import read_hosts

router = APIRouter()

_SHOWN = 500


@router.get("/sources/hosts")
def hosts(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))],
) -> Response:
    """Show the hosts, those that rest first."""
    with reading(site.engine) as db:
        found = read_hosts(db, now=site.clock.now())
    return page(
        request, "source_hosts.html", viewer=viewer, hosts=found[:_SHOWN], total=len(found)
    )
