"""What people do with a lead: touch, promote, hand back, qualify, and how it ends."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from models.words import TouchpointKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.once import Attempt, AttemptHere
from service.api.routes.changing import change
from service.api.shapes import asked as shapes
from service.api.shapes.base import RowId
from service.api.shapes.leads import LeadState
from service.api.told import ETAG, writes
from service.api.versions import Seen, SeenHere
from service.leads import by_hand, closing

router = APIRouter(tags=["leads"])
Worker = Annotated[Viewer, Depends(allow(Permission.WORK_LEADS))]
Toucher = Annotated[Viewer, Depends(allow(Permission.LOG_TOUCHES))]
_TOLD = writes(412, 428, headers=ETAG)


def _touch(
    attempt: Attempt,
    seen: Seen,
    lead_id: str,
    kind: TouchpointKind,
    note: str,
    *,
    shared: bool = False,
) -> Response:
    deed = partial(
        by_hand.log_touch, kind=kind, note=note, shared=shared, config=attempt.site.config
    )
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/touch", summary="Log a contact", response_model=LeadState, responses=_TOLD
)
def touch(
    attempt: AttemptHere, _viewer: Toucher, seen: SeenHere, lead_id: RowId, asked: shapes.Touch
) -> Response:
    """Note what you did for a lead of yours. The first contact starts the work on it."""
    return _touch(attempt, seen, lead_id, asked.kind, asked.note)


@router.post(
    "/leads/{lead_id}/notes", summary="Note something", response_model=LeadState, responses=_TOLD
)
def note(
    attempt: AttemptHere, _viewer: Toucher, seen: SeenHere, lead_id: RowId, asked: shapes.NoteTaken
) -> Response:
    """Keep something in mind about a lead of yours; it is no contact."""
    return _touch(attempt, seen, lead_id, TouchpointKind.NOTE, asked.note, shared=asked.shared)


@router.post(
    "/leads/{lead_id}/promote",
    summary="Make it sales-ready",
    response_model=LeadState,
    responses=_TOLD,
)
def promote(
    attempt: AttemptHere,
    _viewer: Annotated[Viewer, Depends(allow(Permission.PROMOTE_LEADS))],
    seen: SeenHere,
    lead_id: RowId,
    asked: shapes.WithReason,
) -> Response:
    """Make a lead ready for sales whatever its score, and route it."""
    deed = partial(by_hand.promote, reason=asked.reason, config=attempt.site.config)
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/hand-back", summary="Hand it back", response_model=LeadState, responses=_TOLD
)
def hand_back(
    attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.HandBack
) -> Response:
    """Give a lead back to marketing. The third time it takes a marketer."""
    deed = partial(
        closing.hand_back,
        reason=asked.reason,
        config=attempt.site.config,
        note=asked.note,
        until=asked.until,
    )
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/qualify",
    summary="Make it an opportunity",
    response_model=LeadState,
    responses=_TOLD,
)
def qualify(
    attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.Qualify
) -> Response:
    """Note budget, authority, need and timeline; 5 of 8 with a need make it an opportunity."""
    deed = partial(
        closing.qualify,
        bant=(asked.budget, asked.authority, asked.need, asked.timeline),
        config=attempt.site.config,
    )
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/won", summary="Close it as won", response_model=LeadState, responses=_TOLD
)
def won(
    attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.Win
) -> Response:
    """Say what an opportunity bought."""
    sale = closing.Sale(
        product=asked.product,
        amount_minor=asked.amount.minor if asked.amount else None,
        currency=asked.amount.currency if asked.amount else None,
    )

    deed = partial(closing.win, sale=sale, note=asked.note)
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/lost", summary="Close it as lost", response_model=LeadState, responses=_TOLD
)
def lost(
    attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.Lose
) -> Response:
    """Say why somebody did not buy from us; to a competitor only with their name."""
    deed = partial(closing.lose, reason=asked.reason, competitor=asked.competitor, note=asked.note)
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/disqualify",
    summary="It is no lead",
    response_model=LeadState,
    responses=_TOLD,
)
def disqualify(
    attempt: AttemptHere,
    _viewer: Annotated[Viewer, Depends(allow(Permission.DISMISS_LEADS))],
    seen: SeenHere,
    lead_id: RowId,
    asked: shapes.Disqualify,
) -> Response:
    """Close a lead that is none; the reason says where the mistake came from."""
    deed = partial(closing.disqualify, reason=asked.reason, note=asked.note)
    return change(attempt, lead_id, seen, deed)


@router.post(
    "/leads/{lead_id}/reopen", summary="Open it again", response_model=LeadState, responses=_TOLD
)
def reopen(
    attempt: AttemptHere, _viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.WithReason
) -> Response:
    """Open a lead again that was lost or disqualified: with marketing, scored anew."""
    deed = partial(
        closing.reopen, reason=asked.reason, config=attempt.site.config, secret=attempt.site.secret
    )
    return change(attempt, lead_id, seen, deed)
