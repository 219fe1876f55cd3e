"""POST /leads/ID/mute and /mutes/ID/lift: a topic stops listening to somebody, or goes on."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.leads.muting import Muted, lift
from service.leads.muting import mute as mute_it
from service.links import inward
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/mute")
def mute(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    what: Annotated[Muted, Form()],
    back: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Mute the author, or the community, for the lead's topic."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        mute_it(db, lead_id=lead_id, what=what, user_id=viewer.id, rev=rev, now=site.clock.now())
    response = see_other(inward(back, f"/leads/{lead_id}"))
    flash.leave(response, site, f"muted_{what.value}", lead_id)
    return response


@router.post("/mutes/{mute_id}/lift")
def unmute(
    site: SiteHere,
    viewer: Worker,
    mute_id: str,
    back: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Lift the mute: what it closed is open again."""
    with writing(site.engine) as db:
        lift(
            db,
            mute_id,
            user_id=viewer.id,
            config=site.config,
            secret=site.secret,
            now=site.clock.now(),
        )
    response = see_other(inward(back, "/digest/settings"))
    flash.leave(response, site, "unmuted")
    return response
