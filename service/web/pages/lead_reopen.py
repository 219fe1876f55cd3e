"""POST /leads/ID/reopen: a lead that was closed gets another chance."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.leads.closing import reopen as open_again
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/reopen")
def reopen(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    reason: Annotated[Prose, Form(min_length=3, max_length=500)],
) -> Response:
    """Open it, with marketing and a score made anew."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        open_again(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=reason,
            config=site.config,
            secret=site.secret,
            now=site.clock.now(),
        )
    response = see_other(f"/leads/{lead_id}")
    flash.leave(response, site, "reopened")
    return response
