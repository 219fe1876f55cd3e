"""GET /reports/NAME.csv: a table of a report as a sheet, at the address of its page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.leaving import nobody_there, while_there
from service.serving.reporting import answer
from service.serving.site import SiteHere
from service.unknown import unknown
from service.web.access.guard import require
from service.web.pages.report import about, ask_again
from service.web.views.report import ask_report
from service.web.views.report_asked import read_asked

router = APIRouter()


@router.get("/reports/{name}.csv")
async def sheet(
    request: Request,
    name: str,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_REPORTS))],
) -> Response:
    """Write the table that is asked for, else the first."""
    kind = about(name)
    asked, faults = read_asked(request.query_params)
    if faults:
        return await run_in_threadpool(ask_again, request, site, viewer, kind, asked, faults)
    question = await run_in_threadpool(ask_report, site, viewer, kind, asked)
    made = await while_there(request, answer(site, name, question))
    if made is None:
        return nobody_there()
    tables = {one.name: one for one in made.report.tables}
    if asked.table is not None and asked.table not in tables:
        raise unknown("table", asked.table, tables)
    table = tables[asked.table] if asked.table else made.report.tables[0]
    file = f"{name}-{table.name}-{site.clock.now():%Y-%m-%d}.csv"
    return Response(
        "\ufeff" + table.as_csv(),  # spreadsheets take it for UTF-8 only so
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
