"""GET /inbox: the list, and beside it the lead that is looked at."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.store.engine import reading
from service.web.auth import Viewer
from service.web.permissions import Permission, require
from service.web.render import page, wants_fragment
from service.web.site import SiteHere
from service.web.views.inbox import View, home_view, read_inbox
from service.web.views.lead import read_lead

router = APIRouter()


@router.get("/inbox")
def inbox(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    view: View | None = None,
    lead: Annotated[str | None, Query(max_length=36)] = None,
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show a view; htmx gets the lead alone."""
    now = site.clock.now()
    with reading(site.engine) as db:
        view = view or home_view(db, viewer)
        if lead and wants_fragment(request):
            sheet = read_lead(db, viewer, lead, now=now)
            return page(
                request, "parts/detail.html", viewer=viewer, sheet=sheet, back=view, chosen=True
            )
        shown = read_inbox(db, viewer, view, page=number, now=now)
        looked_at = lead or (shown.rows[0].lead_id if shown.rows else None)
        sheet_or_none = read_lead(db, viewer, looked_at, now=now) if looked_at else None
    return page(
        request,
        "inbox.html",
        viewer=viewer,
        inbox=shown,
        sheet=sheet_or_none,
        back=view,
        chosen=lead is not None,
    )
