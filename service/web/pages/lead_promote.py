"""POST /leads/ID/promote: a person says that a lead is ready for sales."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.leads import by_hand
from service.leads.undoing import ActKind, noting
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/promote")
def promote(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.PROMOTE_LEADS))],
    lead_id: str,
    rev: Rev,
    reason: Annotated[Prose, Form(min_length=3, max_length=500)],
    back: Annotated[Back, Form()] = Back.QUEUE,
) -> Response:
    """Make the lead sales-ready, and show the next one."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        with noting(db, ActKind.PROMOTE, lead_id=lead_id, user_id=viewer.id, now=now):
            by_hand.promote(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                rev=rev,
                reason=reason,
                config=site.config,
                now=now,
            )
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "promoted", lead_id)
    return response
