"""POST /leads/ID/nurture and /nurture/stop: marketing looks after a lead."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.errors import NotFoundError, RefusedError
from service.leads.nurture import stop_nurture
from service.leads.whose import lead_to_work_on
from service.leads.working import put_to_nurture
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/nurture")
def nurture(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    track: Annotated[Line, Form(max_length=64)] = "",
) -> Response:
    """Put the lead to nurture, on the track that was chosen."""
    chosen = next((one for one in site.config.nurture.track if one.id == track), None)
    if track and chosen is None:
        raise NotFoundError(f"There is no nurture track “{track}”; see nurture.toml.")
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        put_to_nurture(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            track=chosen,
            config=site.config,
            now=site.clock.now(),
        )
    response = see_other(f"/leads/{lead_id}")
    flash.leave(response, site, "nurtured")
    return response


@router.post("/leads/{lead_id}/nurture/stop")
def stop(site: SiteHere, viewer: Worker, lead_id: str, rev: Rev) -> Response:
    """Take the lead off its track; where it stands stays."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead_to_work_on(db, lead_id=lead_id, user_id=viewer.id, rev=rev)
        if not stop_nurture(db, lead_id, because="by_hand", now=site.clock.now()):
            raise RefusedError("It is on no track any more.")
    response = see_other(f"/leads/{lead_id}#tasks")
    flash.leave(response, site, "track_stopped")
    return response
