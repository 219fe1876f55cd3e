"""POST /undo: take back what one did last with a lead, or with several at once."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.leads.undoing import undo as take_back
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/undo")
def undo(
    site: SiteHere,
    viewer: Worker,
    act: Annotated[Line, Form(max_length=36)] = "",
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Take it back, and show the lead where it was done; ``act`` names what is meant."""
    with writing(site.engine) as db:
        done = take_back(
            db,
            user_id=viewer.id,
            config=site.config,
            secret=site.secret,
            now=site.clock.now(),
            batch_id=act or None,
        )
    response = see_other(back.to(done.lead_ids[0]))
    flash.leave(response, site, f"undone_{done.kind.value}", done.lead_ids[0])
    return response
