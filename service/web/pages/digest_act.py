"""POST /digest/leads/ID: a lead of the digest is dealt with."""

from contextlib import nullcontext
from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.people import User
from models.words import DeclineReason, DisqualifyReason
from service.access.visible import find_lead
from service.digests import acts as doing
from service.digests.acts import Act, Asked
from service.leads.undoing import noting, undoable
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.forms.digest_acts import Next, check_may_press, noted_as, said_of
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/digest/leads/{lead_id}")
def act(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    act: Annotated[Act, Form()],
    rev: Rev,
    reason: Annotated[DisqualifyReason | DeclineReason | None, Form()] = None,
    note: Annotated[Prose, Form(max_length=500)] = "",
    to_sales: Annotated[bool, Form()] = False,
    days: Annotated[int, Form(ge=1, le=30)] = 1,
    then: Next = "",
) -> Response:
    """Do what the reader decided, and show what is next."""
    check_may_press(viewer, act)
    asked = Asked(act=act, rev=rev, reason=reason, note=note, to_sales=to_sales, days=days)
    now, kind = site.clock.now(), noted_as(act)
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        user = db.get_one(User, viewer.id)
        with (
            noting(db, kind, lead_id=lead_id, user_id=viewer.id, now=now)
            if kind
            else nullcontext()
        ):
            doing.do(db, user, lead_id, asked, config=site.config, now=now)
        last = undoable(db, viewer.id, now=now) if kind else None
    response = see_other(f"/digest#lead-{then}" if then else "/digest")
    said, rests = said_of(asked, tz=viewer.tz, now=now)
    flash.leave(response, site, said, lead_id, at=rests, undo=last)
    return response
