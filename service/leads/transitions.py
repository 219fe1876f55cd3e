"""Carry out a lead's move: the row, its history, the audit chain and the outbox, all at once."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Session, col, delete, select

from models.lead import Lead, Offer, StatusChange
from models.merge import Bant, Result
from models.moves import CLOSED, CODES, LIVE, OWNED, LeadEvent, LeadFacts, Moved, Request, move
from models.reply import ReplyDraft
from models.words import LeadStatus, OfferState
from service.errors import ConflictError, NotFoundError, RefusedError
from service.leads import nurture, tasks
from service.leads.ledger import audit, emit, take_turn
from service.routing import clocks
from service.rules.lives import WAY

#: What the world is told of a status, beside lead.status_changed.
_NEWS: Mapping[LeadStatus, str] = {
    LeadStatus.SALES_READY: "lead.sales_ready",
    LeadStatus.OFFERED: "lead.offered",
    LeadStatus.ACCEPTED: "lead.accepted",
    LeadStatus.WON: "lead.won",
    LeadStatus.LOST: "lead.lost",
    LeadStatus.ERASED: "lead.erased",
}
HARKEN = "harken"
#: Sales says no: only something new, or a person, brings the lead back.
_GIVEN_BACK = frozenset({LeadEvent.HANDED_BACK, LeadEvent.DECLINED_NOT_A_LEAD})


def transition(
    db: Session,
    lead: Lead,
    asked: Request,
    *,
    next_step: str,
    next_step_at: datetime | None,
    sql_threshold: float = 80.0,
    holder: str | None = None,
) -> Moved:
    """Move ``lead`` as asked and write everything that belongs to it, in the caller's transaction.

    Args:
        db: that transaction.
        lead: the lead.
        asked: the move.
        next_step: what is due after it, in words.
        next_step_at: by when; None for a lead that is closed.
        sql_threshold: the score from which the score alone makes it sales-ready.
        holder: the user who is to do it, where that is not its owner: who it is offered to, or
            who reviews it and owns it until then.

    Raises:
        models.moves.MoveRefusedError: there is no such move, or a guard refuses it.
    """
    moved = move(_facts(lead, sql_threshold, db.get(Bant, lead.id)), asked)
    seconds = (asked.at - lead.status_since).total_seconds()
    lead.status = moved.to_status
    lead.status_since = asked.at
    lead.next_step = next_step
    lead.next_step_at = next_step_at
    lead.mandatory_follow_up = lead.mandatory_follow_up or moved.mandatory_follow_up
    lead.rev += 1
    lead.snoozed_until = None
    _stamp(lead, moved)
    if moved.to_status is LeadStatus.MQL:
        lead.owner_id = holder
    db.add(lead)
    if moved.from_status is LeadStatus.OFFERED:
        _withdraw_offer(db, lead, asked.at)
    db.flush()
    clocks.follow(db, lead, holder=holder or lead.owner_id, at=asked.at)
    tasks.follow(db, lead, moved)
    if because := _ends_nurture(moved):
        nurture.stop_nurture(db, lead.id, because=because, now=asked.at)
    if moved.to_status is LeadStatus.ERASED:  # answers may hold its author's words
        db.exec(delete(ReplyDraft).where(col(ReplyDraft.lead_id) == lead.id))
    _write_history(db, moved, seconds)
    if moved.event in CODES:
        _write_result(db, asked, moved)
    return moved


def opened(db: Session, lead: Lead, now: datetime) -> None:
    """Write the history of a lead that has just been made."""
    db.add(
        StatusChange(
            lead_id=lead.id,
            to_status=lead.status,
            event="opened",
            actor=HARKEN,
            at=now,
            seconds_in_previous=0.0,
        )
    )
    audit(db, actor=HARKEN, action="lead.created", subject=f"lead:{lead.id}", at=now)
    emit(db, "lead.created", lead.id, now, {"lead_id": lead.id, "status": lead.status.value})


def lead_of(db: Session, lead_id: str, *, rev: int | None = None) -> Lead:
    """Return the lead for writing.

    Raises:
        NotFoundError: there is none of that id.
        ConflictError: it is no longer at ``rev``.
    """
    take_turn(db)
    lead = db.get(Lead, lead_id, with_for_update=True, populate_existing=True)
    if lead is None:
        raise NotFoundError("There is no such lead; it may have been erased.")
    if rev is not None and lead.rev != rev:
        raise ConflictError
    return lead


def _facts(lead: Lead, sql_threshold: float, bant: Bant | None) -> LeadFacts:
    return LeadFacts(
        lead_id=lead.id,
        status=lead.status,
        score=lead.score,
        sql_threshold=sql_threshold,
        recycle_count=lead.recycle_count,
        handed_back_at=lead.handed_back_at,
        last_signal_at=lead.last_signal_at,
        bant=bant.total if bant else 0,
        need=bant.need if bant else 0,
    )


def _stamp(lead: Lead, moved: Moved) -> None:
    """Set the times and the owner that follow from a move."""
    at, to = moved.at, moved.to_status
    lead.furthest = max(lead.furthest, WAY.get(to, 0))
    if to is LeadStatus.SALES_READY:
        lead.sales_ready_at = lead.sales_ready_at or at
    if to is LeadStatus.OFFERED:
        lead.first_offer_at = lead.first_offer_at or at
    if to is LeadStatus.ACCEPTED:
        lead.accepted_at = at
    if moved.event is LeadEvent.TOUCHED:
        lead.first_touch_at = lead.first_touch_at or at
    if moved.event in _GIVEN_BACK:
        lead.handed_back_at = at
    if moved.event is LeadEvent.HANDED_BACK:
        lead.recycle_count += 1
    if to in CLOSED:
        lead.closed_at, lead.close_reason = at, moved.reason or moved.event.value
        lead.next_step_at = None
    else:
        lead.closed_at = lead.close_reason = None
    if to in LIVE - OWNED:
        lead.owner_id = None


def _withdraw_offer(db: Session, lead: Lead, at: datetime) -> None:
    """Take back an offer that nobody answered: its lead was merged, erased or reassigned."""
    for offer in db.exec(
        select(Offer).where(Offer.lead_id == lead.id, Offer.state == OfferState.OPEN)
    ):
        offer.state, offer.answered_at = OfferState.WITHDRAWN, at
        db.add(offer)


def _ends_nurture(moved: Moved) -> str | None:
    """Return why a move ends a track: the lead is closed, or a rep is to talk to the buyer."""
    if moved.to_status in CLOSED:
        return "closed"
    return "moved_on" if moved.to_status is LeadStatus.SALES_READY else None


def _write_result(db: Session, asked: Request, moved: Moved) -> None:
    """Write what came of it: the processing confirmation, for every lead that is given back."""
    offers = select(Offer.id).where(Offer.lead_id == moved.lead_id)
    db.add(
        Result(
            lead_id=moved.lead_id,
            offer_id=db.exec(offers.order_by(col(Offer.fencing).desc()).limit(1)).first(),
            event=moved.event.value,
            code=moved.reason or "",
            note=asked.note,
            product=asked.product,
            until=asked.until,
            by=moved.actor,
            at=moved.at,
        )
    )
    db.flush()


def _write_history(db: Session, moved: Moved, seconds: float) -> None:
    db.add(
        StatusChange(
            lead_id=moved.lead_id,
            from_status=moved.from_status,
            to_status=moved.to_status,
            event=moved.event.value,
            actor=moved.actor,
            at=moved.at,
            seconds_in_previous=max(seconds, 0.0),
            reason=moved.reason,
        )
    )
    told: dict[str, JsonValue] = {
        "lead_id": moved.lead_id,
        "from": moved.from_status.value,
        "to": moved.to_status.value,
        "event": moved.event.value,
    }
    audit(
        db,
        actor=moved.actor,
        action="lead.status_changed",
        subject=f"lead:{moved.lead_id}",
        at=moved.at,
        detail={"from": told["from"], "to": told["to"], "event": told["event"]},
    )
    emit(db, "lead.status_changed", moved.lead_id, moved.at, told)
    if news := _NEWS.get(moved.to_status):
        emit(db, news, moved.lead_id, moved.at, told)


def refused(error: Exception) -> RefusedError:
    """Return ``error`` as something to show a person."""
    return RefusedError(str(getattr(error, "why", error)))
