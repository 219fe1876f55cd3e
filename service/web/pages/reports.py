"""GET /reports: which question each report answers, and for whom."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.reports.adherence import reps_for
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.reports import SHELF

router = APIRouter()


@router.get("/reports")
def show_reports(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_REPORTS))],
) -> Response:
    """Show the shelf; figures about people stand there for those who may see some."""
    with reading(site.engine) as db:
        sees_reps = bool(reps_for(db, viewer.handle))
    shelf = {
        group: [one for one in reports if one.name != "adherence" or sees_reps]
        for group, reports in SHELF.items()
    }
    return page(request, "reports.html", viewer=viewer, shelf=shelf)
