"""POST /leads/ID/accept: yes to an offer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.moves import OWNED
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.leads.transitions import lead_of
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


@router.post("/leads/{lead_id}/accept")
def accept(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.ANSWER_OFFERS))],
    lead_id: str,
    fencing: Fencing,
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Make the lead the viewer's own, and show it; it does no harm to press twice."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead = lead_of(db, lead_id)  # under the lock: the first of two presses has ended
        if lead.owner_id != viewer.id or lead.status not in OWNED:
            with noting(db, ActKind.ACCEPT, lead_id=lead_id, user_id=viewer.id, now=now):
                offers.accept(
                    db,
                    lead_id=lead_id,
                    user_id=viewer.id,
                    fencing=fencing,
                    config=site.config,
                    now=now,
                )
        last = undoable(db, viewer.id, now=now)
    response = see_other((Back.LEAD if back is Back.LEAD else Back.MINE).to(lead_id))
    flash.leave(response, site, "accepted", undo=last)
    return response
