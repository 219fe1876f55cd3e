"""What people do with a lead: touch, promote, hand back, qualify, and how it ends."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from models.words import TouchpointKind
from service.api.callers import allow
from service.api.once import Attempt, AttemptHere
from service.api.routes.changing import change
from service.api.shapes import asked as shapes
from service.api.shapes.base import RowId
from service.api.shapes.leads import LeadState
from service.api.told import ETAG, writes
from service.api.versions import Seen, SeenHere
from service.leads import by_hand, closing
from service.web.access.permissions import Permission
from service.web.entry.auth import Viewer

router = APIRouter(tags=["leads"])
Worker = Annotated[Viewer, Depends(allow(Permission.WORK_LEADS))]
Toucher = Annotated[Viewer, Depends(allow(Permission.LOG_TOUCHES))]
_TOLD = writes(412, 428, headers=ETAG)


def _touch(
    attempt: Attempt, seen: Seen, lead_id: str, kind: TouchpointKind, note: str
) -> Response:
    def act(db: Session, rev: int) -> object:
        return by_hand.log_touch(
            db,
            lead_id=lead_id,
            user_id=attempt.caller.viewer.id,
            rev=rev,
            kind=kind,
            note=note,
            config=attempt.site.config,
            now=attempt.site.clock.now(),
        )

    return change(attempt, lead_id, seen, act)


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
    return _touch(attempt, seen, lead_id, TouchpointKind.NOTE, asked.note)


@router.post(
    "/leads/{lead_id}/promote",
    summary="Make it sales-ready",
    response_model=LeadState,
    responses=_TOLD,
)
def promote(
    attempt: AttemptHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.PROMOTE_LEADS))],
    seen: SeenHere,
    lead_id: RowId,
    asked: shapes.WithReason,
) -> Response:
    """Make a lead ready for sales whatever its score, and route it."""

    def act(db: Session, rev: int) -> object:
        return by_hand.promote(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=asked.reason,
            config=attempt.site.config,
            now=attempt.site.clock.now(),
        )

    return change(attempt, lead_id, seen, act)


@router.post(
    "/leads/{lead_id}/hand-back", summary="Hand it back", response_model=LeadState, responses=_TOLD
)
def hand_back(
    attempt: AttemptHere, viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.HandBack
) -> Response:
    """Give a lead back to marketing. The third time it takes a marketer."""

    def act(db: Session, rev: int) -> object:
        return closing.hand_back(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=asked.reason,
            config=attempt.site.config,
            now=attempt.site.clock.now(),
            note=asked.note,
            until=asked.until,
        )

    return change(attempt, lead_id, seen, act)


@router.post(
    "/leads/{lead_id}/qualify",
    summary="Make it an opportunity",
    response_model=LeadState,
    responses=_TOLD,
)
def qualify(
    attempt: AttemptHere, viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.Qualify
) -> Response:
    """Note budget, authority, need and timeline; 5 of 8 with a need make it an opportunity."""

    def act(db: Session, rev: int) -> object:
        return closing.qualify(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            bant=(asked.budget, asked.authority, asked.need, asked.timeline),
            config=attempt.site.config,
            now=attempt.site.clock.now(),
        )

    return change(attempt, lead_id, seen, act)


@router.post(
    "/leads/{lead_id}/won", summary="Close it as won", response_model=LeadState, responses=_TOLD
)
def won(
    attempt: AttemptHere, viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.Win
) -> Response:
    """Say what an opportunity bought."""
    sale = closing.Sale(
        product=asked.product,
        amount_minor=asked.amount.minor if asked.amount else None,
        currency=asked.amount.currency if asked.amount else None,
    )

    def act(db: Session, rev: int) -> object:
        return closing.win(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            sale=sale,
            now=attempt.site.clock.now(),
            note=asked.note,
        )

    return change(attempt, lead_id, seen, act)


@router.post(
    "/leads/{lead_id}/lost", summary="Close it as lost", response_model=LeadState, responses=_TOLD
)
def lost(
    attempt: AttemptHere, viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.Lose
) -> Response:
    """Say why somebody did not buy from us; to a competitor only with their name."""

    def act(db: Session, rev: int) -> object:
        return closing.lose(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=asked.reason,
            now=attempt.site.clock.now(),
            competitor=asked.competitor,
            note=asked.note,
        )

    return change(attempt, lead_id, seen, act)


@router.post(
    "/leads/{lead_id}/disqualify",
    summary="It is no lead",
    response_model=LeadState,
    responses=_TOLD,
)
def disqualify(
    attempt: AttemptHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.DISMISS_LEADS))],
    seen: SeenHere,
    lead_id: RowId,
    asked: shapes.Disqualify,
) -> Response:
    """Close a lead that is none; the reason says where the mistake came from."""

    def act(db: Session, rev: int) -> object:
        return closing.disqualify(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=asked.reason,
            now=attempt.site.clock.now(),
            note=asked.note,
        )

    return change(attempt, lead_id, seen, act)


@router.post(
    "/leads/{lead_id}/reopen", summary="Open it again", response_model=LeadState, responses=_TOLD
)
def reopen(
    attempt: AttemptHere, viewer: Worker, seen: SeenHere, lead_id: RowId, asked: shapes.WithReason
) -> Response:
    """Open a lead again that was lost or disqualified: with marketing, scored anew."""

    def act(db: Session, rev: int) -> object:
        return closing.reopen(
            db,
            lead_id=lead_id,
            user_id=viewer.id,
            rev=rev,
            reason=asked.reason,
            config=attempt.site.config,
            secret=attempt.site.secret,
            now=attempt.site.clock.now(),
        )

    return change(attempt, lead_id, seen, act)
