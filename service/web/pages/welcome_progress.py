"""GET /welcome/progress: how far the first reading got."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.first_run.progress import progress
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page, wants_fragment

router = APIRouter()


@router.get("/welcome/progress")
def show(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))],
) -> Response:
    """Show it; the page asks again by itself until every source was read."""
    with reading(site.engine) as db:
        found = progress(db)
    template = (
        "parts/welcome_progress.html" if wants_fragment(request) else "welcome_progress.html"
    )
    return page(request, template, viewer=viewer, progress=found)
