"""GET /reports/NAME: a report, its period and its part of the house in the address."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import NotFoundError
from service.serving.site import SiteHere
from service.web.access.guard import require
from service.web.render import page
from service.web.views.report import read_report
from service.web.views.report_asked import ReportAsked, spans
from service.web.views.reports import ABOUT, About

router = APIRouter()

Reader = Annotated[Viewer, Depends(require(Permission.READ_REPORTS))]


@router.get("/reports/{name}")
def show_report(
    request: Request,
    name: str,
    site: SiteHere,
    viewer: Reader,
    asked: Annotated[ReportAsked, Query()],
) -> Response:
    """Show it."""
    shown = read_report(site, viewer, about(name), asked)
    return page(request, "report.html", viewer=viewer, report=shown, spans=spans(shown.usual))


def about(name: str) -> About:
    """Return what is known of a report.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in ABOUT:
        raise NotFoundError("There is no such report; the shelf has all there are.")
    return ABOUT[name]
