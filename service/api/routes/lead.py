"""GET /leads/ID and what belongs to it; PATCH says that a lead moves by actions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlmodel import col, select

from models.lead import Lead, LeadSignal
from models.signal import Signal
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.api.callers import CallerHere, allow
from service.api.pages import Page
from service.api.reads import (
    signal_given,
    timeline,
    told_lead,
    whole_lead,
)
from service.api.shapes.asked import Patch
from service.api.shapes.base import RowId
from service.api.shapes.leads import Happening, LeadGiven, RelatedLead, SignalGiven
from service.api.told import ETAG, reads, refusals
from service.api.versions import etag
from service.errors import RefusedError
from service.exports.told import may_leave
from service.leads.related import related
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["leads"])
Reader = Annotated[Viewer, Depends(allow(Permission.READ_LEADS))]


@router.get("/leads/{lead_id}", summary="Read a lead", responses=reads(headers=ETAG))
def read_lead(
    site: SiteHere, _viewer: Reader, caller: CallerHere, response: Response, lead_id: RowId
) -> LeadGiven:
    """Read a lead with its evidence, what its score is made of, and what you may do with it.

    Its ETag is what writes want as `If-Match`. A score that fades with time does not change it.
    """
    with reading(site.engine) as db:
        lead = whole_lead(db, caller, lead_id, secret=site.secret)
    response.headers["ETag"] = etag(lead.rev)
    return lead


@router.get("/leads/{lead_id}/timeline", summary="Read what happened", responses=reads())
def read_timeline(site: SiteHere, viewer: Reader, lead_id: RowId) -> Page[Happening]:
    """List everything that happened to a lead, newest first, on one page."""
    with reading(site.engine) as db:
        told_lead(db, viewer, lead_id, secret=site.secret)
        return Page(items=timeline(db, viewer, lead_id), next=None)


@router.get("/leads/{lead_id}/signals", summary="Read its signals", responses=reads())
def read_signals(site: SiteHere, viewer: Reader, lead_id: RowId) -> Page[SignalGiven]:
    """List the signals that are evidence for a lead, the surest first, on one page."""
    with reading(site.engine) as db:
        told_lead(db, viewer, lead_id, secret=site.secret)
        rows = db.exec(
            select(Signal)
            .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
            .where(LeadSignal.lead_id == lead_id)
            .order_by(col(Signal.probability).desc(), col(Signal.id))
        ).all()
        return Page(items=tuple(signal_given(row, lead_id) for row in rows), next=None)


@router.get("/leads/{lead_id}/related", summary="Find leads like it", responses=reads())
def read_related(site: SiteHere, viewer: Reader, lead_id: RowId) -> Page[RelatedLead]:
    """List the live leads that may belong to this one; only a person merges them."""
    with reading(site.engine) as db:
        found = related(db, told_lead(db, viewer, lead_id, secret=site.secret))
        ids = [one.lead_id for one in found]
        seen = db.exec(select(Lead.id).where(col(Lead.id).in_(ids), visible_to(viewer))).all()
        allowed = may_leave(db, seen, secret=site.secret)
    items = tuple(
        RelatedLead(id=one.lead_id, why=one.relation.value, can_be_merged=one.same_topic)
        for one in found
        if one.lead_id in allowed
    )
    return Page(items=items, next=None)


@router.patch(
    "/leads/{lead_id}",
    summary="Not this way",
    responses=refusals(),
    status_code=409,
    response_class=Response,
)
def patch_lead(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.WORK_LEADS))],
    lead_id: RowId,
    asked: Patch,
) -> Response:
    """Say 409, and what is allowed: a lead's status follows from actions, none can be skipped."""
    with reading(site.engine) as db:
        lead = told_lead(db, viewer, lead_id, secret=site.secret)
    raise RefusedError(
        f"A lead that is {lead.status.value} can't be set to {asked.status.value}: it moves by "
        "actions, each with its own rules; see `allowed`."
    )
