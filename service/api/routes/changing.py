"""What all writes to a lead share."""

from fastapi import Response
from sqlmodel import Session

from models.lead import Lead
from models.moves import FUNNELS
from models.people import User
from service.api.once import Attempt, Done
from service.api.reads import told_lead
from service.api.shapes.leads import LeadState
from service.api.versions import Seen, etag
from service.leads.by_hand import Deed
from service.leads.transitions import lead_of


def change(attempt: Attempt, lead_id: str, seen: Seen, deed: Deed) -> Response:
    """Return the state of a lead after the caller's ``deed``, if it is in the version they saw.

    Raises:
        NotFoundError: there is no such lead, or it is none of the caller's business.
        StaleError: it changed since.
    """

    def work(db: Session) -> Done:
        told_lead(db, attempt.caller.viewer, lead_id, secret=attempt.site.secret)
        lead = lead_of(db, lead_id)
        deed(
            db,
            lead_id=lead_id,
            user_id=attempt.caller.viewer.id,
            rev=seen.of(lead.rev),
            now=attempt.site.clock.now(),
        )
        return state_of(db, lead)

    return attempt.once(work)


def state_of(db: Session, lead: Lead) -> Done:
    """Return where a lead stands now, as an answer with its ETag."""
    db.flush()
    owner = db.get(User, lead.owner_id) if lead.owner_id else None
    state = LeadState(
        id=lead.id,
        rev=lead.rev,
        status=lead.status,
        funnel=FUNNELS[lead.status],
        owner=owner.handle if owner else None,
        due=lead.next_step_at,
        snoozed_until=lead.snoozed_until,
        close_reason=lead.close_reason,
    )
    return Done(body=state, headers={"ETag": etag(lead.rev)})
