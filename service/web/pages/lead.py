"""GET /leads/ID: a lead with its conversation and its history."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.store.engine import reading
from service.web.auth import Viewer
from service.web.back import Back
from service.web.permissions import Permission, require
from service.web.render import page
from service.web.site import SiteHere
from service.web.views.conversation import read_conversation
from service.web.views.lead import find_lead, read_lead
from service.web.views.timeline import read_timeline

router = APIRouter()


@router.get("/leads/{lead_id}")
def lead(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    lead_id: str,
) -> Response:
    """Show the lead."""
    with reading(site.engine) as db:
        row = find_lead(db, viewer, lead_id)
        return page(
            request,
            "lead.html",
            viewer=viewer,
            sheet=read_lead(db, viewer, lead_id, now=site.clock.now()),
            conversation=read_conversation(db, row),
            timeline=read_timeline(db, lead_id),
            back=Back.LEAD,
        )
