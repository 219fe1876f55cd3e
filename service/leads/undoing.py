"""Take back what was just done with a lead, by moves that the lead may make.

The audit chain tells of the act and of its undoing, and so do history and outbox of every move;
only the words of a note go. So not every act can be taken back, and one that can't says why. It
takes the one who did it, ten minutes at the most, and nobody else who has been at the lead since.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import JsonValue
from sqlalchemy import delete
from sqlmodel import Session, col, select

from config import Config
from models.ids import new_id
from models.inbox import TriageAct
from models.lead import Lead, LeadSignal, Offer, Touchpoint
from models.moves import LeadEvent, Request
from models.people import User
from models.signal import Signal
from models.words import ClockKind, LeadStatus, OfferState, SignalStatus, TouchpointKind
from service.errors import ConflictError, RefusedError
from service.leads.by_hand import promote
from service.leads.closing import reopen
from service.leads.ledger import audit
from service.leads.snoozing import wake
from service.leads.transitions import lead_of
from service.leads.undo_rules import TOO_LATE, ActKind, objection
from service.routing import clocks, offers
from service.routing.route import lease, open_offer

__all__ = ["UNDONE", "WITHIN", "ActKind", "Undoable", "noting", "undo", "undoable"]

#: Long enough to notice a slip, short enough that nobody has built on it.
WITHIN = timedelta(minutes=10)
_KEPT = timedelta(days=1)
UNDONE = "taken back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """What somebody did last, and until when it can be taken back."""

    batch_id: str
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
    if kind is ActKind.DISMISS:
        before["judged"] = _judged(db, lead_id)
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
    """Return what ``user_id`` did last, if it can be taken back: nobody was at it since."""
    acts = _last(db, user_id, now)
    if not acts or not _stand(db, acts, now):
        return None
    return _told(acts)


def undo(
    db: Session,
    *,
    user_id: str,
    config: Config,
    secret: bytes,
    now: datetime,
    batch_id: str | None = None,
) -> Undoable:
    """Take back what the user did last: with all its leads, or with none.

    Args:
        db: a writing session.
        user_id: who takes it back.
        config: how leads are routed.
        secret: of the installation.
        now: the time.
        batch_id: the act that is meant; None: the last one, whatever it was.

    Raises:
        RefusedError: there is nothing, it is too late, it was not the last act, or such an act
            can't be taken back.
        ConflictError: somebody has been at the lead since.
        ForbiddenError: the user may do it no more.
    """
    acts = _last(db, user_id, now)
    if not acts:
        minutes = int(WITHIN.total_seconds() // 60)
        raise RefusedError(
            f"There is nothing to take back: only your last act can be, for {minutes} minutes."
        )
    if batch_id is not None and acts[0].batch_id != batch_id:
        raise RefusedError("You did something else since: only your last act can be taken back.")
    user = db.get_one(User, user_id)
    for act in acts:
        lead = lead_of(db, act.lead_id)
        if lead.rev != act.rev_after:
            raise ConflictError("Somebody has been at this lead since, so it stays as it is.")
        if because := objection(act, lead, user, now):
            raise RefusedError(because)
        _UNDO[ActKind(act.kind)](
            _Case(db=db, act=act, lead=lead, user=user, config=config, secret=secret, now=now)
        )
        act.undone_at = now
        db.add(act)
        subject = f"lead:{act.lead_id}"
        detail = {"kind": act.kind}
        audit(db, actor=user_id, action="lead.undone", subject=subject, at=now, detail=detail)
    return _told(acts)


def _told(acts: Sequence[TriageAct]) -> Undoable:
    return Undoable(
        batch_id=acts[0].batch_id,
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


def _stand(db: Session, acts: Sequence[TriageAct], now: datetime) -> bool:
    """Tell whether all of them can be taken back. It only looks, and locks nothing."""
    user = db.get_one(User, acts[0].user_id)
    ids = [act.lead_id for act in acts]
    leads = {lead.id: lead for lead in db.exec(select(Lead).where(col(Lead.id).in_(ids)))}
    return all(
        (lead := leads.get(act.lead_id)) is not None
        and lead.rev == act.rev_after
        and objection(act, lead, user, now) is None
        for act in acts
    )


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


def _judged(db: Session, lead_id: str) -> dict[str, JsonValue]:
    """Return what was made of each signal of a lead so far, and by whom."""
    return {signal.id: [signal.status.value, signal.judged_by] for signal in _signals(db, lead_id)}


def _signals(db: Session, lead_id: str) -> Sequence[Signal]:
    of_lead = select(LeadSignal.signal_id).where(LeadSignal.lead_id == lead_id)
    return db.exec(select(Signal).where(col(Signal.id).in_(of_lead))).all()


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
    lead = case.lead
    _unjudge(case)
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


def _unjudge(case: _Case) -> None:
    """Take back what the dismissal said of the lead's signals: its score is made of them."""
    judged = case.act.before.get("judged")
    was = judged if isinstance(judged, dict) else {}
    for signal in _signals(case.db, case.lead.id):
        match was.get(signal.id):
            case [str(status), str() | None as by] if signal.judged_by == case.user.id:
                signal.status, signal.judged_by = SignalStatus(status), by
                case.db.add(signal)
    case.db.flush()


def _unaccept(case: _Case) -> None:
    _offer_again(case, LeadEvent.REASSIGNED)
    case.lead.accepted_at = None
    case.db.add(case.lead)


def _undecline(case: _Case) -> None:
    again = _offer_again(case, LeadEvent.OFFERED)
    declined = case.db.get(Offer, case.before("offer") or "")
    if declined is not None:  # it counts as no decline, and says that it was one, when and why
        told: JsonValue = {"was": declined.state.value, "by": case.user.id, "offer": again.id}
        declined.state = OfferState.WITHDRAWN
        declined.explain = {**declined.explain, "taken_back": told}
        case.db.add(declined)


def _offer_again(case: _Case, event: LeadEvent) -> Offer:
    """Return the offer that the user has again, for as long as the first one had left."""
    accept_by = case.moment_before("accept_by")
    if accept_by is None:  # the objections saw to it
        raise RefusedError(TOO_LATE)
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
#: Of a promotion there is no way back, see `service.leads.undo_rules`.
_UNDO: Mapping[ActKind, _Undoing] = {
    ActKind.ACCEPT: _unaccept,
    ActKind.DECLINE: _undecline,
    ActKind.SNOOZE: _unsnooze,
    ActKind.ASSIGN: _unassign,
    ActKind.NOTE: _unnote,
    ActKind.DISMISS: _undismiss,
}
