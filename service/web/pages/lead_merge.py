"""POST /leads/ID/merge and /unmerge: two leads are one situation, or are not after all."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.access.visible import find_lead
from service.leads.merging import merge as merge_leads
from service.leads.merging import unmerge as unmerge_lead
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.forms.lead_form import Rev, Worker
from service.web.render import see_other

router = APIRouter()

Id = Annotated[Line, Form(min_length=1, max_length=36)]


@router.post("/leads/{lead_id}/merge")
def merge(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    rev: Rev,
    other: Id,
    other_rev: Rev,
) -> Response:
    """Make one of the two, and show the one that goes on."""
    with writing(site.engine) as db:
        for one in (lead_id, other):
            find_lead(db, viewer, one)
        record = merge_leads(
            db,
            lead_ids=(lead_id, other),
            revs=(rev, other_rev),
            user_id=viewer.id,
            config=site.config,
            secret=site.secret,
            now=site.clock.now(),
        )
        survivor = record.survivor_id
    response = see_other(f"/leads/{survivor}#related")
    flash.leave(response, site, "merged")
    return response


@router.post("/leads/{lead_id}/unmerge")
def unmerge(site: SiteHere, viewer: Worker, lead_id: str, other: Id) -> Response:
    """Take the lead ``other`` out of this one again, and show it."""
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead = unmerge_lead(
            db,
            lead_id=other,
            user_id=viewer.id,
            config=site.config,
            secret=site.secret,
            now=site.clock.now(),
        )
        there = lead.id
    response = see_other(f"/leads/{there}")
    flash.leave(response, site, "unmerged")
    return response
