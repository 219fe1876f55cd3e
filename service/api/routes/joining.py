"""Leads that rest, and leads that are one."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from models.lead import Lead
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.errors import StaleError
from service.api.once import AttemptHere, Done
from service.api.reads import told_lead
from service.api.routes.changing import change, state_of
from service.api.shapes.asked import Merge, Snooze
from service.api.shapes.base import RowId
from service.api.shapes.leads import LeadState, Merged
from service.api.told import ETAG, writes
from service.api.versions import SeenHere, etag
from service.leads import merging, snoozing
from service.leads.transitions import lead_of

router = APIRouter(tags=["leads"])
Worker = Annotated[Viewer, Depends(allow(Permission.WORK_LEADS))]
_TOLD = writes(412, 428, headers=ETAG)


@router.post(
    "/leads/{lead_id}/snooze", summary="Let it rest", response_model=LeadState, responses=_TOLD
)
def snooze(
    attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId, asked: Snooze
) -> Response:
    """Let a lead rest until a moment within 30 days; something new from its author wakes it."""
    deed = partial(snoozing.snooze, until=asked.until)
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/wake", summary="Let it go on", response_model=LeadState, responses=_TOLD
)
def wake(attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId) -> Response:
    """Let a lead go on that rests."""
    return change(attempt, lead_id, seen, snoozing.wake)


@router.post(
    "/leads/{lead_id}/merge", summary="Merge two leads", response_model=Merged, responses=_TOLD
)
def merge(
    attempt: AttemptHere, viewer: Worker, seen: SeenHere, lead_id: RowId, asked: Merge
) -> Response:
    """Make one of two leads that are one situation; for 30 days it can be undone.

    The one that is further lives on; of two as far, the older. Look which in the answer.
    """

    def work(db: Session) -> Done:
        for one in (lead_id, asked.other):
            told_lead(db, viewer, one, secret=attempt.site.secret)
        rev = seen.of(lead_of(db, lead_id).rev)
        if (other := lead_of(db, asked.other)).rev != asked.other_rev:
            raise StaleError(other.rev)
        record = merging.merge(
            db,
            lead_ids=(lead_id, asked.other),
            revs=(rev, asked.other_rev),
            user_id=viewer.id,
            config=attempt.site.config,
            secret=attempt.site.secret,
            now=attempt.site.clock.now(),
        )
        survivor = db.get_one(Lead, record.survivor_id)
        merged = Merged(
            lead=survivor.id,
            rev=survivor.rev,
            merged=record.loser_id,
            undo_until=record.undo_until,
        )
        return Done(body=merged, headers={"ETag": etag(survivor.rev)})

    return attempt.once(work)


@router.post(
    "/leads/{lead_id}/unmerge",
    summary="Undo a merge",
    response_model=LeadState,
    responses=writes(headers=ETAG),
)
def unmerge(attempt: AttemptHere, viewer: Worker, lead_id: RowId) -> Response:
    """Take a lead out again of the one that it was merged into."""

    def work(db: Session) -> Done:
        lead = merging.unmerge(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            config=attempt.site.config,
            secret=attempt.site.secret,
            now=attempt.site.clock.now(),
        )
        return state_of(db, lead)

    return attempt.once(work)
