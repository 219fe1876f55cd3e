"""POST /leads/ID/dismiss: a lead is none, and why."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.words import DisqualifyReason
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.leads import by_hand
from service.leads.undoing import ActKind, noting, undoable
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/dismiss")
def dismiss(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.DISMISS_LEADS))],
    lead_id: str,
    rev: Rev,
    reason: Annotated[DisqualifyReason, Form()],
    back: Annotated[Back, Form()] = Back.QUEUE,
) -> Response:
    """Close the lead, and show the next one."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        with noting(db, ActKind.DISMISS, lead_id=lead_id, user_id=viewer.id, now=now):
            by_hand.dismiss(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                rev=rev,
                reason=reason,
                now=now,
            )
        last = undoable(db, viewer.id, now=now)
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "dismissed", lead_id, undo=last)
    return response
