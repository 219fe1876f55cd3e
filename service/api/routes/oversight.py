"""Objections, and the audit log with the proof that nobody changed it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.ledger import AuditEvent
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.once import AttemptHere, Done
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.shapes.others import (
    AuditGiven,
    AuditVerified,
    NewObjection,
    ObjectionNoted,
)
from service.api.told import LINK, reads, writes
from service.leads.ledger import follow_chain
from service.leads.objecting import leave_alone
from service.privacy.left_alone import note_left_alone
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["oversight"])
Auditor = Annotated[Viewer, Depends(allow(Permission.READ_AUDIT))]
_KEYS = (Key(col(AuditEvent.seq), descending=True),)


@router.post(
    "/objections",
    summary="Leave somebody alone",
    response_model=ObjectionNoted,
    status_code=201,
    responses=writes(status=201),
)
def new_objection(
    attempt: AttemptHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.ERASE_PERSONS))],
    asked: NewObjection,
) -> Response:
    """Put an author on the list, as a keyed hash, and take their live leads out. It is for good.

    Nothing of theirs is stored, scored or shown any more, however they spell their name.
    """

    def work(db: Session) -> Done:
        site, now = attempt.site, attempt.site.clock.now()
        taken = leave_alone(
            db,
            secret=site.secret,
            host=asked.host,
            handle=asked.handle,
            reason=asked.reason,
            by=viewer.id,
            now=now,
        )
        return Done(body=ObjectionNoted(leads_taken_out=taken), status=201)

    response = attempt.once(work)
    site = attempt.site
    note_left_alone(site.engine, site.live.folder, secret=site.secret)
    return response


@router.get("/audit", summary="Read the audit log", responses=reads(headers=LINK))
def read_audit(
    site: SiteHere,
    _viewer: Auditor,
    listing: ListingHere,
    subject: Annotated[
        str | None, Query(max_length=200, description="as in lead:ID", examples=["lead:019a..."])
    ] = None,
    action: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[AuditGiven]:
    """List who did what, newest first: ids and codes, nobody's words."""
    conditions: list[ColumnElement[bool]] = []
    if subject is not None:
        conditions.append(col(AuditEvent.subject) == subject)
    if action is not None:
        conditions.append(col(AuditEvent.action) == action)
    if (behind := listing.behind(_KEYS)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        rows = db.exec(
            select(AuditEvent)
            .where(*conditions)
            .order_by(*ordered(_KEYS))
            .limit(listing.limit + 1)
        ).all()
    shown, following = listing.page(rows, lambda event: (event.seq or 0,))
    return Page(items=tuple(_given(event) for event in shown), next=following)


@router.get("/audit/verify", summary="Verify the audit log", responses=reads())
def verify_audit(site: SiteHere, _viewer: Auditor) -> AuditVerified:
    """Work the chain of hashes out again: whether the log is as it was written."""
    with reading(site.engine) as db:
        chain = follow_chain(db)
    return AuditVerified(
        whole=chain.broken_at is None,
        events=chain.events,
        broken_at=chain.broken_at,
        cut_through=chain.cut_through,
    )


def _given(event: AuditEvent) -> AuditGiven:
    return AuditGiven(
        seq=event.seq or 0,
        at=event.at,
        actor=event.actor,
        action=event.action,
        subject=event.subject,
        detail=event.detail,
        prev_hash=event.prev_hash,
        hash=event.hash,
    )
