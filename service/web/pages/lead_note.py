"""POST /leads/ID/note: words beside a lead, for whoever works on it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.leads.noting import note as write_note
from service.leads.undoing import ActKind, noting
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/note")
def note(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    words: Annotated[Prose, Form(min_length=1, max_length=4000)],
    back: Annotated[Back, Form()] = Back.MINE,
    shared: Annotated[bool, Form()] = False,
) -> Response:
    """Write it down, and show the lead again."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        with noting(db, ActKind.NOTE, lead_id=lead_id, user_id=viewer.id, now=now):
            write_note(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                rev=rev,
                words=words,
                config=site.config,
                now=now,
                shared=shared,
            )
    response = see_other(back.to(lead_id))
    flash.leave(response, site, "noted")
    return response
