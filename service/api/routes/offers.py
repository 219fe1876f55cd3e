"""Offers: which there are, yes, no, the next one, and to somebody in particular."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session, col, select

from models.lead import Lead, Offer
from models.moves import OWNED
from models.people import User
from models.words import OfferState
from service.access.circle import circle_of
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.api.callers import allow
from service.api.once import AttemptHere, Done
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.reads import handles_by_id, offer_given, told_lead
from service.api.routes.changing import change, state_of
from service.api.shapes.asked import Accept, Assign, Decline
from service.api.shapes.base import RowId
from service.api.shapes.leads import LeadState, OfferGiven
from service.api.told import ETAG, LINK, reads, writes
from service.api.versions import SeenHere
from service.exports.told import may_leave
from service.leads.transitions import lead_of
from service.routing import offers
from service.serving.site import SiteHere
from service.store.engine import reading
from service.unknown import unknown

router = APIRouter(tags=["offers"])
Rep = Annotated[Viewer, Depends(allow(Permission.ANSWER_OFFERS))]
_KEYS = (Key(col(Offer.id), descending=True),)


@router.get("/offers", summary="List offers", responses=reads(headers=LINK))
def list_offers(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.READ_LEADS))],
    listing: ListingHere,
    state: Annotated[OfferState | None, Query(description="only these")] = None,
    mine: Annotated[bool, Query(description="only those that were made to me")] = False,
) -> Page[OfferGiven]:
    """List the offers of leads that you may see, newest first."""
    conditions = [visible_to(viewer)]
    if state is not None:
        conditions.append(col(Offer.state) == state)
    if mine:
        conditions.append(col(Offer.to_user_id) == viewer.id)
    if (behind := listing.behind(_KEYS)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        circle = circle_of(db, viewer)
        conditions.append(circle.wrote(Offer.to_user_id))
        rows = db.exec(
            select(Offer)
            .join(Lead, col(Lead.id) == Offer.lead_id)
            .where(*conditions)
            .order_by(*ordered(_KEYS))
            .limit(listing.limit + 1)
        ).all()
        shown, following = listing.page(rows, lambda offer: (offer.id,))
        handles = handles_by_id(db, circle)
        allowed = may_leave(db, [offer.lead_id for offer in shown], secret=site.secret)
    items = tuple(offer_given(one, handles) for one in shown if one.lead_id in allowed)
    return Page(items=items, next=following)


@router.post(
    "/leads/{lead_id}/accept",
    summary="Accept an offer",
    response_model=LeadState,
    responses=writes(headers=ETAG),
)
def accept(attempt: AttemptHere, viewer: Rep, lead_id: RowId, asked: Accept) -> Response:
    """Make the lead your own. Of any number who try at once, one gets it; the others get 409.

    It does no harm to accept twice.
    """

    def work(db: Session) -> Done:
        told_lead(db, viewer, lead_id, secret=attempt.site.secret)
        lead = lead_of(db, lead_id)  # under the lock: the first of two has ended
        if lead.owner_id != viewer.id or lead.status not in OWNED:
            offers.accept(
                db,
                lead_id=lead_id,
                user_id=viewer.id,
                fencing=asked.fencing,
                config=attempt.site.config,
                now=attempt.site.clock.now(),
            )
        return state_of(db, lead)

    return attempt.once(work)


@router.post(
    "/leads/{lead_id}/decline",
    summary="Decline an offer",
    response_model=LeadState,
    responses=writes(headers=ETAG),
)
def decline(attempt: AttemptHere, viewer: Rep, lead_id: RowId, asked: Decline) -> Response:
    """Give the lead on to the next rep; to marketing, if it is no lead."""

    def work(db: Session) -> Done:
        told_lead(db, viewer, lead_id, secret=attempt.site.secret)
        lead = offers.decline(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            fencing=asked.fencing,
            reason=asked.reason,
            config=attempt.site.config,
            now=attempt.site.clock.now(),
        )
        return state_of(db, lead)

    return attempt.once(work)


@router.post(
    "/leads/claim",
    summary="Take the next lead",
    response_model=LeadState,
    responses=writes(headers=ETAG),
)
def claim(attempt: AttemptHere, viewer: Rep) -> Response:
    """Take the lead that has waited longest of those that are yours to have; nobody chooses."""

    def work(db: Session) -> Done:
        site = attempt.site
        lead = offers.claim(db, user_id=viewer.id, config=site.config, now=site.clock.now())
        return state_of(db, lead)

    return attempt.once(work)


@router.post(
    "/leads/{lead_id}/assign",
    summary="Offer it to somebody",
    response_model=LeadState,
    responses=writes(412, 428, headers=ETAG),
)
def assign(
    attempt: AttemptHere,
    _viewer: Annotated[Viewer, Depends(allow(Permission.ASSIGN_LEADS))],
    seen: SeenHere,
    lead_id: RowId,
    asked: Assign,
) -> Response:
    """Offer a lead to somebody in particular, whoever has it now."""

    def deed(db: Session, *, lead_id: str, user_id: str, rev: int, now: datetime) -> object:
        known = dict(db.exec(select(User.handle, User.id).where(col(User.active))).all())
        if asked.to not in known:
            raise unknown("user", asked.to, known)
        return offers.assign(
            db,
            lead_id=lead_id,
            to_user_id=known[asked.to],
            by_user_id=user_id,
            rev=rev,
            reason=asked.reason,
            config=attempt.site.config,
            now=now,
        )

    return change(attempt, lead_id, seen, deed)
