"""POST /leads/ID/touches/TOUCH/outcome: what came of a contact."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.words import TouchOutcome
from service.access.visible import find_lead
from service.leads.working import note_outcome
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.lead_form import Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/touches/{touch_id}/outcome")
def outcome(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    touch_id: str,
    outcome: Annotated[TouchOutcome, Form()],
) -> Response:
    """Note it; the last word counts."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        note_outcome(
            db,
            lead_id=lead_id,
            touch_id=touch_id,
            user_id=viewer.id,
            outcome=outcome,
            now=site.clock.now(),
        )
    response = see_other(f"/leads/{lead_id}#history")
    unwelcome = outcome is TouchOutcome.UNWELCOME
    flash.leave(response, site, "unwelcome" if unwelcome else "noted")
    return response
