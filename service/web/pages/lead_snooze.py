"""POST /leads/ID/snooze and /leads/ID/wake: a lead rests until a morning, or no longer."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.leads import snoozing
from service.leads.snoozing import morning
from service.leads.undoing import ActKind, noting, undoable
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/snooze")
def snooze(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    days: Annotated[int, Form(ge=1, le=30)],
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Put the lead off, and show the next one."""
    now = site.clock.now()
    until = morning(viewer.tz, days, now)
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        with noting(db, ActKind.SNOOZE, lead_id=lead_id, user_id=viewer.id, now=now):
            snoozing.snooze(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                rev=rev,
                until=until,
                now=now,
            )
        last = undoable(db, viewer.id, now=now)
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "snoozed", lead_id, at=until, undo=last)
    return response


@router.post("/leads/{lead_id}/wake")
def wake(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Let the lead go on now, and show it."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        snoozing.wake(db, lead_id=lead_id, user_id=viewer.id, rev=rev, now=site.clock.now())
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "woken", lead_id)
    return response
