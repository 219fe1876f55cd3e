"""POST /leads/ID/steps/STEP: a nurture step was passed on by a human, or left out."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.nurture import Draft
from service.access.visible import find_lead
from service.errors import NotFoundError
from service.leads.nurture import answer_draft
from service.leads.whose import lead_to_work_on
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.lead_form import Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/steps/{step_id}")
def answer(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    step_id: str,
    sent: Annotated[bool, Form()],
) -> Response:
    """Note it."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead_to_work_on(db, lead_id=lead_id, user_id=viewer.id)
        step = db.get(Draft, step_id)
        if step is None or step.lead_id != lead_id:
            raise NotFoundError("There is no such step; its track may have been stopped.")
        answer_draft(db, step_id, user_id=viewer.id, sent=sent, now=site.clock.now())
    response = see_other(f"/leads/{lead_id}#tasks")
    flash.leave(response, site, "task_done" if sent else "step_skipped")
    return response
