"""How useful a reader's digests were: what became of what they showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.digest import DigestItem, DigestRun, DigestSubscription
from models.digest_words import RunState
from models.lead import LeadSignal, StatusChange
from models.moves import LeadEvent
from models.signal import Signal
from models.words import SignalStatus
from service.rules.usefulness import Proposal, Shown, Week, by_week, propose
from service.store.among import among

_LOOK_BACK = timedelta(weeks=12)
#: What somebody does with a lead that is one, and with one that is none.
_GOOD = frozenset({LeadEvent.PROMOTED.value, LeadEvent.ACCEPTED.value, LeadEvent.TOUCHED.value})
_BAD = frozenset({LeadEvent.DISQUALIFIED.value, LeadEvent.DECLINED_NOT_A_LEAD.value})
_VERDICTS = _GOOD | _BAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How useful a reader's digests were."""

    weeks: tuple[Week, ...] = ()  # how much of what was shown was accepted, the newest first
    last_week: Week | None = None  # None: none came
    proposal: Proposal | None = None  # a higher threshold, if the reader's verdicts speak for one


def use_of(db: Session, subscription: DigestSubscription, today: date) -> Use:
    """Return how useful the digests of the last 12 weeks were to their reader."""
    shown = _shown_to(db, subscription, today)
    weeks, found = by_week(shown), propose(shown)
    monday = today - timedelta(days=today.weekday() + 7)
    return Use(
        weeks=weeks,
        last_week=next((week for week in weeks if week.monday == monday), None),
        proposal=found if found and found.min_score > (subscription.min_score or 0) else None,
    )


def _shown_to(db: Session, subscription: DigestSubscription, today: date) -> Sequence[Shown]:
    """Return each lead that the reader's digests of the last 12 weeks showed, once."""
    rows = db.exec(
        select(col(DigestItem.lead_id), col(DigestItem.score), col(DigestRun.local_date))
        .join(DigestRun, col(DigestRun.id) == DigestItem.run_id)
        .where(
            DigestRun.subscription_id == subscription.id,
            col(DigestRun.state).in_((RunState.SENT, RunState.READ)),
            DigestRun.local_date > today - _LOOK_BACK,
            col(DigestItem.lead_id).is_not(None),
        )
        .order_by(col(DigestRun.local_date))
    ).all()
    first: dict[str, tuple[date, float]] = {}
    for lead_id, score, on in rows:
        if lead_id is not None:
            first.setdefault(lead_id, (on, score or 0.0))
    verdicts = _verdicts(db, list(first))
    return [
        Shown(on=on, score=score, accepted=verdicts.get(lead_id))
        for lead_id, (on, score) in first.items()
    ]


def _verdicts(db: Session, lead_ids: Sequence[str]) -> dict[str, bool]:
    """Return what became of leads, as far as a person said so; the last word counts."""
    verdicts: dict[str, bool] = {}
    confirmed = db.exec(
        select(LeadSignal.lead_id)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .where(
            among(db, col(LeadSignal.lead_id), lead_ids),
            Signal.status == SignalStatus.CONFIRMED,
        )
    )
    verdicts |= dict.fromkeys(confirmed, True)
    # By the ids alone: told the events too, SQLite walks through all leads that had one.
    changes = db.exec(
        select(StatusChange.lead_id, StatusChange.event)
        .where(among(db, col(StatusChange.lead_id), lead_ids))
        .order_by(col(StatusChange.at), col(StatusChange.id))
    )
    verdicts |= {lead_id: event in _GOOD for lead_id, event in changes if event in _VERDICTS}
    return verdicts
