"""GET /reports/NAME: a report, its period and its part of the house in the address."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import NotFoundError
from service.reports.asked import Asked
from service.reports.kept import Made
from service.serving.leaving import nobody_there, while_there
from service.serving.reporting import answer, question
from service.serving.site import Site, SiteHere
from service.web.access.guard import require
from service.web.render import page, see_other
from service.web.views.report import ask_before, ask_report, show_answer, show_faults
from service.web.views.report_asked import ReportAsked, read_asked, spans
from service.web.views.reports import ABOUT, About

router = APIRouter()

Reader = Annotated[Viewer, Depends(require(Permission.READ_REPORTS))]


@router.get("/reports/{name}")
async def show_report(
    request: Request,
    name: str,
    site: SiteHere,
    viewer: Reader,
) -> Response:
    """Show it, or say at its fields what can't be asked."""
    kind = about(name)
    asked, faults = read_asked(request.query_params)
    if faults:
        return await run_in_threadpool(ask_again, request, site, viewer, kind, asked, faults)
    now = await run_in_threadpool(ask_report, site, viewer, kind, asked)
    made = await while_there(request, _both(site, name, now, ask_before(kind, asked, now)))
    if made is None:
        return nobody_there()

    def show() -> Response:
        shown = show_answer(site, viewer, kind, asked, now, *made)
        return page(request, "report.html", viewer=viewer, report=shown, spans=spans(shown.usual))

    return await run_in_threadpool(show)


@router.post("/reports/{name}/anew")
def make_anew(
    request: Request,
    name: str,
    site: SiteHere,
    viewer: Reader,
) -> Response:
    """Forget the report that is kept, and show a new one."""
    kind = about(name)
    asked, faults = read_asked(request.query_params)
    if faults:
        return ask_again(request, site, viewer, kind, asked, faults)
    now = ask_report(site, viewer, kind, asked)
    for one in (now, ask_before(kind, asked, now)):
        if one is not None:
            site.reports.forget(question(name, one))
    return see_other(f"/reports/{name}{asked.query()}")


def ask_again(
    request: Request,
    site: Site,
    viewer: Viewer,
    kind: About,
    asked: ReportAsked,
    faults: Mapping[str, str],
) -> Response:
    """Show the form of a report with what can't be asked at its field."""
    shown = show_faults(site, viewer, kind, asked, request.query_params, faults)
    return page(
        request,
        "report.html",
        viewer=viewer,
        report=shown,
        spans=spans(shown.usual),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def about(name: str) -> About:
    """Return what is known of a report.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in ABOUT:
        raise NotFoundError("There is no such report; the shelf has all there are.")
    return ABOUT[name]


async def _both(
    site: Site, name: str, now: Asked, before: Asked | None
) -> tuple[Made, Made | None]:
    """Return the report, and that of the period before if it is compared with."""
    if before is None:
        return await answer(site, name, now), None
    made, earlier = await asyncio.gather(answer(site, name, now), answer(site, name, before))
    return made, earlier
