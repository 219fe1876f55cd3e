"""Inquiries and activities: people who come to us, and what they do when they let us know."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.once import AttemptHere, Done
from service.api.shapes.others import (
    ActivityNoted,
    InquiryReceived,
    NewActivity,
    NewInquiry,
)
from service.api.told import writes
from service.leads import activities, inquiries

router = APIRouter(tags=["people who come to us"])
Bringer = Annotated[Viewer, Depends(allow(Permission.CAPTURE_POSTS))]


@router.post(
    "/inquiries",
    summary="Bring an inquiry",
    response_model=InquiryReceived,
    status_code=201,
    responses=writes(status=201) | {200: {"model": InquiryReceived}},
)
def bring_inquiry(attempt: AttemptHere, viewer: Bringer, asked: NewInquiry) -> Response:
    """Take in what somebody wrote to you: it joins what the same person said before.

    A bought list of addresses is refused: without a message nobody asked for anything.
    The answer is 201, or 200 when an inquiry with that reference is here already.
    """

    def work(db: Session) -> Done:
        now = attempt.site.clock.now()
        who = (asked.name, asked.email, asked.handle)
        spoken = (asked.topic, *(part or "" for part in who), asked.message)
        found = inquiries.receive(
            db,
            inquiries.Asked(
                topic=asked.topic,
                message=asked.message,
                at=asked.at or now,
                reference=asked.reference or inquiries.reference_of(*spoken),
                channel=asked.channel,
                subject=asked.subject,
                name=asked.name,
                email=asked.email,
                is_verified=asked.email_verified,
                consent_how=asked.consent_how,
                handle=asked.handle,
                source=asked.source,
                account=asked.account,
                tz=asked.tz,
            ),
            config=attempt.site.config,
            secret=attempt.site.secret,
            by=viewer.id,
            now=now,
        )
        body = InquiryReceived(
            id=found.inquiry_id,
            person=found.person_id,
            lead=found.lead.id,
            is_new=found.is_new,
        )
        return Done(body=body, status=201 if found.is_new else 200)

    return attempt.once(work)


@router.post(
    "/activities",
    summary="Note an activity",
    response_model=ActivityNoted,
    responses=writes(),
)
def note_activity(attempt: AttemptHere, _viewer: Bringer, asked: NewActivity) -> Response:
    """Note what a known person did who agreed to be followed; it counts for their leads."""

    def work(db: Session) -> Done:
        now = attempt.site.clock.now()
        act = activities.Act(
            person_id=asked.person,
            kind=asked.kind,
            at=asked.at or now,
            reference=asked.reference,
            topic=asked.topic,
            what=asked.what,
        )
        site = attempt.site
        leads = activities.record(db, act, config=site.config, secret=site.secret, now=now)
        return Done(body=ActivityNoted(leads=tuple(lead.id for lead in leads)))

    return attempt.once(work)
