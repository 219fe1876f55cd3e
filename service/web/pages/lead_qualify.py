"""POST /leads/ID/qualify: budget, authority, need and timeline are clear enough."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.leads.closing import qualify as note_bant
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()

Points = Annotated[int, Form(ge=0, le=2)]


@router.post("/leads/{lead_id}/qualify")
def qualify(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    budget: Points,
    authority: Points,
    need: Points,
    timeline: Points,
) -> Response:
    """Make it an opportunity."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        note_bant(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            bant=(budget, authority, need, timeline),
            config=site.config,
            now=site.clock.now(),
        )
    response = see_other(f"/leads/{lead_id}")
    flash.leave(response, site, "qualified")
    return response
