"""POST /digest/leads/ID: a lead of the digest is dealt with."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.people import User
from models.words import DeclineReason, DisqualifyReason
from service.access.visible import find_lead
from service.digests import acts as doing
from service.digests.acts import Act, Asked
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.forms.digest_acts import SAID, check_may_press
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
) -> Response:
    """Do what the reader decided, and show what is next."""
    check_may_press(viewer, act)
    asked = Asked(act=act, rev=rev, reason=reason, note=note, to_sales=to_sales, days=days)
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        user = db.get_one(User, viewer.id)
        doing.do(db, user, lead_id, asked, config=site.config, now=site.clock.now())
    response = see_other("/digest")
    flash.leave(response, site, "promoted" if to_sales else SAID[act], lead_id)
    return response
