"""GET /reports/NAME.csv: a table of a report as a sheet, at the address of its page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.unknown import unknown
from service.web.access.guard import require
from service.web.pages.report import about
from service.web.views.report import find_report
from service.web.views.report_asked import ReportAsked

router = APIRouter()


@router.get("/reports/{name}.csv")
def sheet(
    name: str,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_REPORTS))],
    asked: Annotated[ReportAsked, Query()],
) -> Response:
    """Write the table that is asked for, else the first."""
    report = find_report(site, viewer, about(name), asked)
    tables = {one.name: one for one in report.tables}
    if asked.table is not None and asked.table not in tables:
        raise unknown("table", asked.table, tables)
    table = tables[asked.table] if asked.table else report.tables[0]
    file = f"{name}-{table.name}-{site.clock.now():%Y-%m-%d}.csv"
    return Response(
        "\ufeff" + table.as_csv(),  # spreadsheets take it for UTF-8 only so
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
