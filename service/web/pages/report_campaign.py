"""GET /reports/campaigns/ID: a campaign from beginning to close; with .csv, a table of it."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.leaving import nobody_there, while_there
from service.serving.reporting import answer_of_campaign, campaign_question
from service.serving.site import SiteHere
from service.unknown import unknown
from service.web.access.guard import require
from service.web.render import page, see_other
from service.web.views.campaign import ask_campaign, of_viewer, show_campaign

router = APIRouter()

Reader = Annotated[Viewer, Depends(require(Permission.READ_REPORTS))]


@router.get("/reports/campaigns/{campaign}.csv")
async def campaign_sheet(
    request: Request,
    site: SiteHere,
    viewer: Reader,
    campaign: str,
    table: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Write the table that is asked for, else the first."""
    made = await while_there(request, answer_of_campaign(site, campaign, ask_campaign(site)))
    if made is None:
        return nobody_there()
    tables = {one.name: one for one in of_viewer(viewer, made.report).tables}
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
async def campaign_page(
    request: Request, site: SiteHere, viewer: Reader, campaign: str
) -> Response:
    """Show it."""
    made = await while_there(request, answer_of_campaign(site, campaign, ask_campaign(site)))
    if made is None:
        return nobody_there()

    def show() -> Response:
        shown = show_campaign(site, viewer, campaign, made)
        return page(request, "campaign.html", viewer=viewer, campaign=shown)

    return await run_in_threadpool(show)


@router.post("/reports/campaigns/{campaign}/anew")
def campaign_anew(site: SiteHere, viewer: Reader, campaign: str) -> Response:
    """Forget the report that is kept, and show a new one."""
    site.reports.forget(campaign_question(campaign, ask_campaign(site)))
    return see_other(f"/reports/campaigns/{quote(campaign)}")
