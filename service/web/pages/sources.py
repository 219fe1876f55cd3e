"""GET /sources: where Harken listens, and how each place does."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.store.engine import reading
from service.typed import one_line
from service.web.access.guard import require
from service.web.render import page
from service.web.views.sources import Shown, read_sources

router = APIRouter()


@router.get("/sources")
def sources(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))],
    shown: Shown = Shown.ALL,
    q: Annotated[str, Query(max_length=200)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show a page of sources."""
    with reading(site.engine) as db:
        found = read_sources(
            db, shown=shown, wanted=one_line(q), page=number, now=site.clock.now()
        )
    return page(
        request,
        "sources.html",
        viewer=viewer,
        found=found,
        may_edit=may(viewer, Permission.EDIT_SOURCES),
    )
