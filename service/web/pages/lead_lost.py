"""POST /leads/ID/lost: they did not buy from us, and why."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.words import LostReason
from service.access.visible import find_lead
from service.leads.closing import lose
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line, Prose
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/lost")
def lost(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    reason: Annotated[LostReason, Form()],
    competitor: Annotated[Line, Form(max_length=200)] = "",
    note: Annotated[Prose, Form(max_length=4000)] = "",
    back: Annotated[Back, Form()] = Back.LEAD,
) -> Response:
    """Close the lead as lost."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lose(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=reason,
            now=site.clock.now(),
            competitor=competitor if reason is LostReason.COMPETITOR else None,
            note=note,
        )
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "lost")
    return response
