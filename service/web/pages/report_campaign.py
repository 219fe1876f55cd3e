"""GET /reports/campaigns/ID: a campaign from beginning to close; with .csv, a table of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.unknown import unknown
from service.web.access.guard import require
from service.web.render import page
from service.web.views.campaign import find_campaign, read_campaign

router = APIRouter()

Reader = Annotated[Viewer, Depends(require(Permission.READ_REPORTS))]


@router.get("/reports/campaigns/{campaign}.csv")
def campaign_sheet(
    site: SiteHere,
    viewer: Reader,
    campaign: str,
    table: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Write the table that is asked for, else the first."""
    tables = {one.name: one for one in find_campaign(site, viewer, campaign).report.tables}
    if table is not None and table not in tables:
        raise unknown("table", table, tables)
    chosen = tables[table or "buzz"]
    file = f"{campaign}-{chosen.name}-{site.clock.now():%Y-%m-%d}.csv"
    return Response(
        "\ufeff" + chosen.as_csv(),  # spreadsheets take it for UTF-8 only so
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


@router.get("/reports/campaigns/{campaign}")
def show_campaign(request: Request, site: SiteHere, viewer: Reader, campaign: str) -> Response:
    """Show it."""
    shown = read_campaign(site, viewer, campaign)
    return page(request, "campaign.html", viewer=viewer, campaign=shown)
