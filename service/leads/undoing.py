"""Take back what was just done with a lead, by moves that the lead may make.

The audit chain tells of the act and of its undoing, and so do history and outbox of every move;
only the words of a note go. So not every act can be taken back, and one that can't says why. It
takes the one who did it, ten minutes at the most, and nobody else who has been at the lead since.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import JsonValue
from sqlalchemy import delete
from sqlmodel import Session, col, select

from config import Config
from models.ids import new_id
from models.inbox import TriageAct
from models.lead import Lead, Offer, Touchpoint
from models.moves import LeadEvent, Request
from models.people import User
from models.words import ClockKind, LeadStatus, OfferState, TouchpointKind
from service.errors import ConflictError, RefusedError
from service.leads.by_hand import promote
from service.leads.closing import reopen
from service.leads.ledger import audit
from service.leads.snoozing import wake
from service.leads.transitions import lead_of
from service.leads.whose import DECIDERS
from service.routing import clocks, offers
from service.routing.route import lease, open_offer

#: Long enough to notice a slip, short enough that nobody has built on it.
WITHIN = timedelta(minutes=10)
_KEPT = timedelta(days=1)
UNDONE = "taken back"


class ActKind(StrEnum):
    """What can be done with a lead at one press."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    NOTE = "note"
    DISMISS = "dismiss"
    PROMOTE = "promote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """What somebody did last, and until when it can be taken back."""

    kind: ActKind
    lead_ids: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What an undoing looks at."""

    db: Session
    act: TriageAct
    lead: Lead
    user: User
    config: Config
    secret: bytes
    now: datetime

    def before(self, name: str) -> str | None:
        """Return what was noted of the lead before the act."""
        value = self.act.before.get(name)
        return value if isinstance(value, str) else None

    def moment_before(self, name: str) -> datetime | None:
        """Return a moment that was noted before the act."""
        value = self.before(name)
        return datetime.fromisoformat(value) if value else None


@contextmanager
def noting(
    db: Session,
    kind: ActKind,
    *,
    lead_id: str,
    user_id: str,
    now: datetime,
    batch_id: str | None = None,
) -> Iterator[None]:
    """Note what the block does with a lead, in the same transaction, to be taken back by its doer.

    Args:
        db: a writing session.
        kind: what is done.
        lead_id: with which lead.
        user_id: by whom.
        now: the time.
        batch_id: what is done at the same press with several leads has the same.
    """
    lead = lead_of(db, lead_id)
    before = _before(db, lead)
    yield
    if kind is ActKind.NOTE:
        before["touchpoint"] = _last_note(db, lead_id, user_id)
    old = (col(TriageAct.user_id) == user_id) & (col(TriageAct.at) < now - _KEPT)
    db.execute(delete(TriageAct).where(old))
    db.add(
        TriageAct(
            batch_id=batch_id or new_id(),
            user_id=user_id,
            lead_id=lead_id,
            kind=kind.value,
            at=now,
            rev_after=lead_of(db, lead_id).rev,
            before=before,
        )
    )
    db.flush()


def undoable(db: Session, user_id: str, *, now: datetime) -> Undoable | None:
    """Return what ``user_id`` did last, if it is young enough and nobody was at it since."""
    acts = _last(db, user_id, now)
    if not acts or not _stand(db, acts):
        return None
    return Undoable(
        kind=ActKind(acts[0].kind),
        lead_ids=tuple(act.lead_id for act in acts),
        until=acts[0].at + WITHIN,
    )


def undo(db: Session, *, user_id: str, config: Config, secret: bytes, now: datetime) -> Undoable:
    """Take back what the user did last: with all its leads, or with none.

    Raises:
        RefusedError: there is nothing, it is too late, or such an act can't be taken back.
        ConflictError: somebody has been at the lead since.
        ForbiddenError: the user may do it no more.
    """
    acts = _last(db, user_id, now)
    if not acts:
        minutes = int(WITHIN.total_seconds() // 60)
        raise RefusedError(
            f"There is nothing to take back: only your last act can be, for {minutes} minutes."
        )
    user = db.get_one(User, user_id)
    for act in acts:
        lead = lead_of(db, act.lead_id)
        if lead.rev != act.rev_after:
            raise ConflictError("Somebody has been at this lead since, so it stays as it is.")
        _UNDO[ActKind(act.kind)](
            _Case(db=db, act=act, lead=lead, user=user, config=config, secret=secret, now=now)
        )
        act.undone_at = now
        db.add(act)
        subject = f"lead:{act.lead_id}"
        detail = {"kind": act.kind}
        audit(db, actor=user_id, action="lead.undone", subject=subject, at=now, detail=detail)
    return Undoable(
        kind=ActKind(acts[0].kind),
        lead_ids=tuple(act.lead_id for act in acts),
        until=acts[0].at + WITHIN,
    )


def _last(db: Session, user_id: str, now: datetime) -> Sequence[TriageAct]:
    """Return the acts of the user's last press, if they are young enough and stand."""
    last = db.exec(
        select(TriageAct)
        .where(TriageAct.user_id == user_id, col(TriageAct.at) > now - WITHIN)
        .order_by(col(TriageAct.at).desc(), col(TriageAct.id).desc())
        .limit(1)
    ).first()
    if last is None or last.undone_at is not None:
        return ()
    return db.exec(
        select(TriageAct)
        .where(TriageAct.user_id == user_id, TriageAct.batch_id == last.batch_id)
        .order_by(col(TriageAct.id))
    ).all()


def _stand(db: Session, acts: Sequence[TriageAct]) -> bool:
    """Tell whether nobody was at any of the leads since. It only looks, and locks nothing."""
    ids = [act.lead_id for act in acts]
    revs = dict(db.exec(select(Lead.id, Lead.rev).where(col(Lead.id).in_(ids))).all())
    return all(revs.get(act.lead_id) == act.rev_after for act in acts)


def _before(db: Session, lead: Lead) -> dict[str, JsonValue]:
    offer = open_offer(db, lead.id)
    return {
        "status": lead.status.value,
        "owner": lead.owner_id,
        "next_step": lead.next_step,
        "next_step_at": lead.next_step_at.isoformat() if lead.next_step_at else None,
        "offered_to": offer.to_user_id if offer else None,
        "accept_by": offer.accept_by.isoformat() if offer else None,
        "offer": offer.id if offer else None,
    }


def _last_note(db: Session, lead_id: str, user_id: str) -> str | None:
    return db.exec(
        select(Touchpoint.id)
        .where(
            Touchpoint.lead_id == lead_id,
            Touchpoint.by_user_id == user_id,
            Touchpoint.kind == TouchpointKind.NOTE,
        )
        .order_by(col(Touchpoint.id).desc())
        .limit(1)
    ).first()


class _Undoing(Protocol):
    def __call__(self, case: _Case, /) -> None: ...


def _unsnooze(case: _Case) -> None:
    lead = case.lead
    wake(case.db, lead_id=lead.id, user_id=case.user.id, rev=lead.rev, now=case.now)
    lead.snoozes -= 1  # a slip is no rest
    at = case.moment_before("next_step_at")
    if at is not None and at > case.now:
        lead.next_step_at = at
    case.db.add(lead)


def _unnote(case: _Case) -> None:
    lead, note = case.lead, case.db.get(Touchpoint, case.before("touchpoint") or "")
    if note is not None:
        case.db.delete(note)
    at = case.moment_before("next_step_at")
    if at is not None and lead.next_step_at != at:
        lead.next_step_at = at
        clocks.restart(case.db, lead, ClockKind.UPDATE, due_at=at, at=case.now)
    lead.rev += 1
    case.db.add(lead)


def _unassign(case: _Case) -> None:
    lead, had = case.lead, case.before("offered_to") or case.before("owner")
    if had is None:
        offers.back_to_queue(
            case.db,
            lead,
            LeadEvent.REASSIGNED,
            actor=case.user.id,
            config=case.config,
            now=case.now,
        )
        return
    offers.assign(
        case.db,
        lead_id=lead.id,
        to_user_id=had,
        by_user_id=case.user.id,
        reason=UNDONE,
        config=case.config,
        now=case.now,
    )


def _undismiss(case: _Case) -> None:
    if case.user.role not in DECIDERS:
        raise RefusedError(
            "A closed lead is opened again by a marketer or a manager: ask one of them."
        )
    lead = case.lead
    reopen(
        case.db,
        lead_id=lead.id,
        user_id=case.user.id,
        rev=lead.rev,
        reason=UNDONE,
        config=case.config,
        secret=case.secret,
        now=case.now,
    )
    was = LeadStatus(case.before("status") or LeadStatus.DETECTED)
    if was not in _MARKETING and lead.status in _MARKETING:
        promote(
            case.db,
            lead_id=lead.id,
            user_id=case.user.id,
            rev=lead.rev,
            reason=UNDONE,
            config=case.config,
            now=case.now,
        )


def _unaccept(case: _Case) -> None:
    _offer_again(case, LeadEvent.REASSIGNED)
    case.lead.accepted_at = None
    case.db.add(case.lead)


def _undecline(case: _Case) -> None:
    if case.lead.status is LeadStatus.MQL:
        raise RefusedError("A marketer looks at it now, because you said that it is no lead.")
    if case.lead.status is not LeadStatus.SALES_READY:
        raise RefusedError("It was offered to the next rep already; ask a manager for it.")
    again = _offer_again(case, LeadEvent.OFFERED)
    declined = case.db.get(Offer, case.before("offer") or "")
    if declined is not None:  # it counts as no decline, and says that it was one, when and why
        told: JsonValue = {"was": declined.state.value, "by": case.user.id, "offer": again.id}
        declined.state = OfferState.WITHDRAWN
        declined.explain = {**declined.explain, "taken_back": told}
        case.db.add(declined)


def _unpromote(_case: _Case) -> None:
    raise RefusedError(
        "Sales has it now; there is no way back but an answer. Dismiss it if it is no lead."
    )


def _offer_again(case: _Case, event: LeadEvent) -> Offer:
    """Return the offer that the user has again, for as long as the first one had left."""
    accept_by = case.moment_before("accept_by")
    if accept_by is None or accept_by <= case.now:
        raise RefusedError("The time to answer that offer is over.")
    asked = Request(to=LeadStatus.OFFERED, event=event, at=case.now, actor=case.user.id)
    explained: dict[str, JsonValue] = {"team": case.user.team_id, "how": "taken back"}
    offer = lease(case.db, case.lead, case.user, asked, explained, config=case.config)
    offer.accept_by = case.lead.next_step_at = accept_by
    case.db.add_all([offer, case.lead])
    for clock in clocks.running(case.db, case.lead.id, ClockKind.ACCEPT):
        clocks.stop(case.db, clock, at=case.now)
    clocks.start(
        case.db,
        case.lead,
        ClockKind.ACCEPT,
        due_at=accept_by,
        holder=case.user.id,
        at=case.now,
    )
    return offer


_MARKETING = frozenset({LeadStatus.DETECTED, LeadStatus.MQL, LeadStatus.NURTURING})
_UNDO: Mapping[ActKind, _Undoing] = {
    ActKind.ACCEPT: _unaccept,
    ActKind.DECLINE: _undecline,
    ActKind.SNOOZE: _unsnooze,
    ActKind.ASSIGN: _unassign,
    ActKind.NOTE: _unnote,
    ActKind.DISMISS: _undismiss,
    ActKind.PROMOTE: _unpromote,
}
