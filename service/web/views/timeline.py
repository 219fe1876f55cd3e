"""What happened to a lead, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import LeadSignal, Offer, StatusChange, Touchpoint
from models.moves import LeadEvent
from models.people import User
from models.signal import Signal
from service.posts.replies import BY_REPLIES
from service.web.views.quoted import quoted
from service.web.words import EVENTS, STATUSES, TOUCHES, reason_in_words

_OPENED = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened."""

    at: datetime
    words: str
    who: str | None  # None: Harken itself
    note: str = ""


def read_timeline(db: Session, lead_id: str) -> tuple[Happening, ...]:
    """Return everything that happened to a lead, newest first."""
    changes = db.exec(select(StatusChange).where(StatusChange.lead_id == lead_id)).all()
    touches = db.exec(select(Touchpoint).where(Touchpoint.lead_id == lead_id)).all()
    offers = db.exec(select(Offer).where(Offer.lead_id == lead_id)).all()
    wanted = {c.actor for c in changes} | {t.by_user_id for t in touches}
    wanted |= {o.to_user_id for o in offers}
    names = dict(db.exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())
    offered = {o.offered_at: names.get(o.to_user_id, "a rep") for o in offers}
    # Ids are made in order: they tell what came first within one transaction.
    told = {(c.at, c.id): _change(c, names, offered) for c in changes}
    told |= {(t.at, t.id): _touch(t, names) for t in touches}
    told |= {(s.created_at, s.id): _chosen(s) for s in _choices(db, lead_id)}
    return tuple(told[key] for key in sorted(told, reverse=True))


def _choices(db: Session, lead_id: str) -> Sequence[Signal]:
    """Return what a lead's asker said of what he has chosen, in replies."""
    return db.exec(
        select(Signal)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(
            LeadSignal.lead_id == lead_id,
            col(Signal.solved).is_(True),
            Signal.model_version == BY_REPLIES,
        )
    ).all()


def _chosen(signal: Signal) -> Happening:
    said = quoted(signal.evidence)
    return Happening(
        at=signal.created_at,
        words="the asker has chosen",
        who=None,
        note=said[-1].text if said else "",
    )


def _touch(touch: Touchpoint, names: dict[str, str]) -> Happening:
    return Happening(
        at=touch.at, words=TOUCHES[touch.kind], who=names.get(touch.by_user_id), note=touch.note
    )


def _change(
    change: StatusChange, names: dict[str, str], offered: dict[datetime, str]
) -> Happening:
    if change.event == _OPENED:
        words = f"lead opened: {STATUSES[change.to_status]}"
    elif change.event == LeadEvent.SCORED:
        words = f"scored: {STATUSES[change.to_status]}"
    elif change.event == LeadEvent.OFFERED:
        words = f"offered to {offered.get(change.at, 'a rep')}"
    else:
        words = EVENTS[LeadEvent(change.event)]
    return Happening(
        at=change.at, words=words, who=names.get(change.actor), note=reason_in_words(change.reason)
    )
