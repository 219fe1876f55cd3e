"""POST /leads/ID/reply and /reply/posted: an answer is worded and checked; a human posts it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from models.privacy_words import NoticeWay
from service.access.visible import find_lead
from service.leads.drafting import note_posted, save_draft
from service.privacy.notices import note_told, page_of
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Prose
from service.web import flash
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()

Text = Annotated[Prose, Form(max_length=10_000)]


@router.post("/leads/{lead_id}/reply")
def draft(site: SiteHere, viewer: Worker, lead_id: str, text: Text = "") -> Response:
    """Keep the draft, and show what speaks against posting it so."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        save_draft(db, lead_id=lead_id, user_id=viewer.id, text=text, now=site.clock.now())
    return see_other(f"/leads/{lead_id}#reply")


@router.post("/leads/{lead_id}/reply/posted")
def posted(site: SiteHere, viewer: Worker, lead_id: str, rev: Rev, text: Text = "") -> Response:
    """Note that the viewer has posted it over there: a contact, with its text."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead = note_posted(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            text=text,
            config=site.config,
            now=site.clock.now(),
        )
        page = page_of(site.config.settings, site.config.notices.page, base_url=site.base_url)
        if page in text:
            now = site.clock.now()
            note_told(db, lead, way=NoticeWay.REPLY, by=viewer.id, now=now)
    response = see_other(f"/leads/{lead_id}#history")
    flash.leave(response, site, "reply_posted")
    return response
