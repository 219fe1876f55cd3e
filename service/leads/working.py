"""What people note on a lead beside its moves: outcomes, tasks, a rest in nurture."""

from datetime import datetime

from sqlmodel import Session

from config import Config
from config.nurture import NurtureTrack
from models.lead import Lead, Touchpoint
from models.moves import CLOSED, OWNED, LeadEvent, Request
from models.words import LeadStatus, TouchOutcome
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.leads.by_hand import act
from service.leads.ledger import audit
from service.leads.nurture import enrol
from service.leads.whose import DECIDERS, lead_to_work_on


def note_outcome(
    db: Session,
    *,
    lead_id: str,
    touch_id: str,
    user_id: str,
    outcome: TouchOutcome,
    now: datetime,
) -> Touchpoint:
    """Note what came of a contact; the last word counts.

    Raises:
        ForbiddenError: the lead is neither the user's nor theirs to decide about.
        NotFoundError: the lead has no such contact.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id)
    touch = db.get(Touchpoint, touch_id)
    if touch is None or touch.lead_id != lead.id:
        raise NotFoundError("This lead has no such contact; another one may have it by now.")
    touch.outcome, touch.outcome_at = outcome, now
    lead.rev += 1
    db.add_all((touch, lead))
    audit(
        db,
        actor=user.id,
        action="touch.outcome",
        subject=f"lead:{lead.id}",
        at=now,
        detail={"outcome": outcome.value},
    )
    return touch


def put_to_nurture(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    track: NurtureTrack | None,
    config: Config,
    now: datetime,
) -> Lead:
    """Let marketing look after a lead that is not ready yet, on a track if one is named.

    A lead in a rep's hands stays there: the track runs beside the rep's work. To give such a lead
    away is to hand it back, with a reason.

    Raises:
        ForbiddenError: it is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``, or is on a track already.
        RefusedError: it is closed or on its way to a rep, or there is nothing to do.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id, rev=rev)
    if lead.status in CLOSED:
        raise RefusedError("This lead is closed; open it again before you nurture it.")
    stays = lead.status in OWNED or lead.status is LeadStatus.NURTURING
    if stays and track is None:
        raise RefusedError("Say on which track; marketing has the lead already, or a rep does.")
    if not stays:
        if user.role not in DECIDERS:
            raise ForbiddenError
        asked = Request(to=LeadStatus.NURTURING, event=LeadEvent.PARKED, at=now, actor=user.id)
        review_at = now + config.review_after(lead.topic_id)
        act(db, lead, asked, "marketing looks at it again", review_at)
    if track is not None:
        enrol(db, lead, track, config=config, by=user.id, now=now)
        lead.rev += stays
        db.add(lead)
    return lead
