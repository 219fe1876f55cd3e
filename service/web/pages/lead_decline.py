"""POST /leads/ID/decline: no to an offer, and why."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.words import DeclineReason
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.leads.undoing import ActKind, noting, undoable
from service.routing import offers
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.forms.back import Back
from service.web.forms.lead_form import Fencing
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/decline")
def decline(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.ANSWER_OFFERS))],
    lead_id: str,
    fencing: Fencing,
    reason: Annotated[DeclineReason, Form()],
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Give the lead back, and show the next one."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        with noting(db, ActKind.DECLINE, lead_id=lead_id, user_id=viewer.id, now=now):
            offers.decline(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                fencing=fencing,
                reason=reason,
                config=site.config,
                now=now,
            )
        last = undoable(db, viewer.id, now=now)
    response = see_other(back.to())
    not_a_lead = reason is DeclineReason.NOT_A_LEAD
    code = "declined_not_a_lead" if not_a_lead else "declined"
    flash.leave(response, site, code, undo=last)
    return response
