"""POST /leads/ID/hand-back: a rep gives a lead back to marketing, and says why."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from models.words import HandBackReason
from service.access.visible import find_lead
from service.leads.closing import DayRefusedError
from service.leads.closing import hand_back as give_back
from service.leads.whose import DECIDERS
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line, Prose
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other
from service.web.sheet import HandBackAgain, sheet_page

router = APIRouter()


@router.post("/leads/{lead_id}/hand-back")
def hand_back(
    request: Request,
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    reason: Annotated[HandBackReason, Form()],
    until: Annotated[Line, Form(max_length=10, pattern=r"^(\d{4}-\d\d-\d\d|)$")] = "",
    note: Annotated[Prose, Form(max_length=4000)] = "",
    back: Annotated[Back, Form()] = Back.LEAD,
) -> Response:
    """Hand it back, and show what is next: to who still sees the lead on its own page, that.

    The form is shown again, filled in, where its day is missing or wrong.
    """
    try:
        with writing(site.engine) as db:
            find_lead(db, viewer, lead_id)
            give_back(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                rev=rev,
                reason=reason,
                config=site.config,
                now=site.clock.now(),
                note=note,
                until=_day(until) if reason is HandBackReason.WRONG_TIMING else None,
            )
    except DayRefusedError as error:
        again = HandBackAgain(
            reason=reason, until=until, note=note, back=str(back), problem=str(error)
        )
        return sheet_page(request, viewer, lead_id, status=HTTPStatus.CONFLICT, again=again)
    there = Back.MINE if back is Back.LEAD and viewer.role not in DECIDERS else back
    response = see_other(there.to(lead_id if there is Back.LEAD else None))
    flash.leave(response, site, "handed_back")
    return response


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise DayRefusedError("There is no such day.") from error
