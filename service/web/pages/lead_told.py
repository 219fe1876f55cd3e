"""POST /leads/ID/told and /told/undo: the author was told that we have words of theirs."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.privacy_words import NoticeWay
from service.access.visible import find_lead
from service.privacy.notices import take_back, tell
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.lead_form import Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/told")
def told(
    site: SiteHere, viewer: Worker, lead_id: str, way: Annotated[NoticeWay, Form()]
) -> Response:
    """Note that they were told, and how."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        tell(db, lead_id=lead_id, user_id=viewer.id, way=way, now=site.clock.now())
    response = see_other(f"/leads/{lead_id}#notice")
    flash.leave(response, site, "told")
    return response


@router.post("/leads/{lead_id}/told/undo")
def not_told(site: SiteHere, viewer: Worker, lead_id: str) -> Response:
    """Note that they were not, after all."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        take_back(db, lead_id=lead_id, user_id=viewer.id, now=site.clock.now())
    response = see_other(f"/leads/{lead_id}#notice")
    flash.leave(response, site, "not_told")
    return response
