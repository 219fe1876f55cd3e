"""POST /leads/ID/assign: a manager offers a lead to somebody in particular."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.errors import NotFoundError
from service.leads.undoing import ActKind, noting, undoable
from service.routing import offers
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev
from service.web.render import see_other
from service.web.views.triage import takers

router = APIRouter()


@router.post("/leads/{lead_id}/assign")
def assign(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.ASSIGN_LEADS))],
    lead_id: str,
    rev: Rev,
    to: Annotated[Line, Form(max_length=36)],
    back: Annotated[Back, Form()] = Back.QUEUE,
) -> Response:
    """Offer it to them, whoever has it now, and show the next one."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        if to not in dict(takers(db)):
            raise NotFoundError("There is nobody of that name who takes leads; choose again.")
        with noting(db, ActKind.ASSIGN, lead_id=lead_id, user_id=viewer.id, now=now):
            offers.assign(
                db,
                lead_id=lead_id,
                to_user_id=to,
                by_user_id=viewer.id,
                rev=rev,
                config=site.config,
                now=now,
            )
        last = undoable(db, viewer.id, now=now)
    response = see_other(back.to(lead_id if back is Back.LEAD else None))
    flash.leave(response, site, "given", lead_id, undo=last)
    return response
