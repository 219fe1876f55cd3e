"""POST /leads/ID/touch: what a rep did for a lead."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlmodel import Session

from models.words import LeadStatus, TouchpointKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.leads import by_hand
from service.leads.tasks import open_tasks
from service.leads.transitions import lead_of
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/touch")
def touch(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.LOG_TOUCHES))],
    lead_id: str,
    rev: Rev,
    kind: Annotated[TouchpointKind, Form()],
    note: Annotated[Prose, Form(max_length=4000)] = "",
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Note the touch, and show the lead again."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        was, promised = lead_of(db, lead_id).status, _follow_ups(db, lead_id)
        lead = by_hand.log_touch(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            kind=kind,
            note=note,
            config=site.config,
            now=site.clock.now(),
        )
        said, at = _said(was, lead.status), lead.next_step_at
        ticked_off = promised > _follow_ups(db, lead_id)
    response = see_other(back.to(lead_id))
    flash.leave(response, site, "touched_follow_up" if ticked_off else said, at=at)
    return response


def _said(was: LeadStatus, is_now: LeadStatus) -> str:
    """Return what the touch did, as a code of `flash.SAYINGS`."""
    if is_now is LeadStatus.ACCEPTED:
        return "touched_note"
    return "touched" if is_now is was else "touched_first"


def _follow_ups(db: Session, lead_id: str) -> int:
    return sum(task.mandatory for task in open_tasks(db, lead_id=lead_id))
