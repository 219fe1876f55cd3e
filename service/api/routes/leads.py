"""GET /leads: a list of leads; each page begins behind the last lead of the one before."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal, Offer
from models.moves import FUNNELS
from models.people import User
from models.topic import Topic
from models.words import Funnel, Kind, LeadStatus, OfferState
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.api.callers import allow
from service.api.pages import Key, ListingHere, Page, Place, ordered
from service.api.reads import summaries
from service.api.shapes.base import Moment, Slug
from service.api.shapes.leads import LeadSummary
from service.api.told import LINK, reads
from service.serving.site import SiteHere
from service.store.engine import reading
from service.unknown import unknown

router = APIRouter(tags=["leads"])
_ME = "me"


class Order(StrEnum):
    """What a list of leads begins with."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SCORE = "score"  # it changes with time: a lead may come twice, or not, while you turn pages


_KEYS = {
    Order.NEWEST: (Key(col(Lead.id), descending=True),),
    Order.OLDEST: (Key(col(Lead.id)),),
    Order.SCORE: (Key(col(Lead.score), descending=True), Key(col(Lead.id), descending=True)),
}


@router.get("/leads", summary="List leads", responses=reads(headers=LINK))
def list_leads(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.READ_LEADS))],
    listing: ListingHere,
    status: Annotated[
        list[LeadStatus] | None, Query(max_length=20, description="only these")
    ] = None,
    funnel: Annotated[Funnel | None, Query(description="only this one")] = None,
    topic: Annotated[Slug | None, Query(description="its id", examples=["crm"])] = None,
    owner: Annotated[
        str | None,
        Query(
            max_length=64,
            description="a handle, or me: owned by or offered to them",
            examples=["me"],
        ),
    ] = None,
    kind: Annotated[Kind | None, Query(description="of its strongest signal")] = None,
    existing_customer: Annotated[
        bool | None, Query(description="only of those who bought from us before, or of others")
    ] = None,
    min_score: Annotated[float, Query(ge=0, le=100, allow_inf_nan=False)] = 0,
    created_since: Annotated[Moment | None, Query(description="opened then or later")] = None,
    heard_since: Annotated[
        Moment | None, Query(description="its author said something then or later")
    ] = None,
    moved_since: Annotated[
        Moment | None, Query(description="changed its status then or later")
    ] = None,
    order: Order = Order.NEWEST,
) -> Page[LeadSummary]:
    """List the leads that you may see.

    Pages stay right while leads are added: none comes twice, none that was there is missed.
    """
    conditions = [visible_to(viewer), col(Lead.score) >= min_score, _has_evidence()]
    wanted = set(status or LeadStatus) & {s for s in LeadStatus if funnel in {None, FUNNELS[s]}}
    conditions.append(col(Lead.status).in_(sorted(wanted)))
    if kind is not None:
        conditions.append(col(Lead.kind) == kind)
    if existing_customer is not None:
        conditions.append(col(Lead.existing_customer).is_(existing_customer))
    for column, since in (
        (col(Lead.created_at), created_since),
        (col(Lead.last_signal_at), heard_since),
        (col(Lead.status_since), moved_since),
    ):
        if since is not None:
            conditions.append(column >= since)
    keys = _KEYS[order]
    if (behind := listing.behind(keys)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        if topic is not None:
            conditions.append(_of_topic(db, topic))
        if owner is not None:
            conditions.append(_of_owner(db, viewer, owner))
        rows = db.exec(
            select(Lead).where(*conditions).order_by(*ordered(keys)).limit(listing.limit + 1)
        ).all()
        shown, following = listing.page(rows, lambda lead: _place(lead, order))
        return Page(items=summaries(db, viewer, shown, secret=site.secret), next=following)


def _place(lead: Lead, order: Order) -> Place:
    return (lead.score, lead.id) if order is Order.SCORE else (lead.id,)


def _has_evidence() -> ColumnElement[bool]:
    return exists().where(col(LeadSignal.lead_id) == col(Lead.id)).correlate(Lead)


def _of_topic(db: Session, topic: str) -> ColumnElement[bool]:
    known = db.exec(select(Topic.id)).all()
    if topic not in known:
        raise unknown("topic", topic, known)
    return col(Lead.topic_id) == topic


def _of_owner(db: Session, viewer: Viewer, owner: str) -> ColumnElement[bool]:
    known = dict(db.exec(select(User.handle, User.id)).all()) | {_ME: viewer.id}
    if owner not in known:
        raise unknown("user", owner, known)
    offered = select(Offer.lead_id).where(
        Offer.to_user_id == known[owner], Offer.state == OfferState.OPEN
    )
    return or_(col(Lead.owner_id) == known[owner], col(Lead.id).in_(offered))
