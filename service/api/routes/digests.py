"""One's own digests, to be read."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import col, select

from models.digest import DigestItem, DigestRun, DigestSubscription
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.shapes.base import RowId
from service.api.shapes.others import DigestGiven, DigestItemGiven, DigestWithItems
from service.api.told import LINK, reads
from service.errors import NotFoundError
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["digests"])
Reader = Annotated[Viewer, Depends(allow(Permission.READ_LEADS))]
_KEYS = (Key(col(DigestRun.id), descending=True),)
_OF = col(DigestSubscription.id) == col(DigestRun.subscription_id)


@router.get("/digests", summary="List your digests", responses=reads(headers=LINK))
def list_digests(site: SiteHere, viewer: Reader, listing: ListingHere) -> Page[DigestGiven]:
    """List the digests that were made for you, newest first."""
    conditions = [col(DigestSubscription.user_id) == viewer.id]
    if (behind := listing.behind(_KEYS)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        rows = db.exec(
            select(DigestRun)
            .join(DigestSubscription, _OF)
            .where(*conditions)
            .order_by(*ordered(_KEYS))
            .limit(listing.limit + 1)
        ).all()
    shown, following = listing.page(rows, lambda run: (run.id,))
    items = tuple(DigestGiven.model_validate(_fields(run)) for run in shown)
    return Page(items=items, next=following)


@router.get("/digests/{digest_id}", summary="Read a digest of yours", responses=reads())
def read_digest(site: SiteHere, viewer: Reader, digest_id: RowId) -> DigestWithItems:
    """Read what a digest shows; look its leads up for their words."""
    with reading(site.engine) as db:
        run = db.exec(
            select(DigestRun)
            .join(DigestSubscription, _OF)
            .where(DigestRun.id == digest_id, DigestSubscription.user_id == viewer.id)
        ).first()
        if run is None:
            raise NotFoundError("There is no such digest of yours.")
        rows = db.exec(
            select(DigestItem)
            .where(DigestItem.run_id == run.id)
            .order_by(col(DigestItem.position))
        ).all()
    items = tuple(
        DigestItemGiven(
            position=row.position,
            kind=row.kind,
            lead=row.lead_id,
            post=row.post_id,
            score=row.score,
        )
        for row in rows
    )
    return DigestWithItems.model_validate(_fields(run) | {"items": items})


def _fields(run: DigestRun) -> dict[str, object]:
    return {
        "id": run.id,
        "date": run.local_date,
        "state": run.state,
        "due": run.due_at,
        "sent": run.sent_at,
        "not_shown": run.not_shown,
    }
