"""From a signal to a lead: attach or open, score, let the score move it, route it."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, LeadSignal
from models.moves import LIVE, LeadEvent, MoveRefusedError, Request
from models.people import User
from models.post import Author, Post
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus, Negative, SignalStatus
from service.ledger import emit, take_turn
from service.routing import due, route
from service.rules.lifecycle import status_by_score
from service.rules.scoring import Heard, Score, score
from service.transitions import HARKEN, opened, transition

#: A further signal of the same author on the topic within this time is the same situation.
_WINDOW = timedelta(days=30)
_PARK_AFTER = timedelta(days=7)  # a detected lead that nothing is added to
_TITLE = 100  # characters of a post that has no title
_LIVE = tuple(sorted(LIVE))


def hear(db: Session, signal: Signal, post: Post, *, config: Config, now: datetime) -> Lead | None:
    """Attach a new ``signal`` to the live lead it belongs to, or open one if it weighs enough.

    What the author said before and what was too little for a lead then, counts along.
    """
    take_turn(db)
    waiting = _waiting(db, signal, post)
    lead = _live_lead(db, signal, post)
    if lead is None:
        result = score([heard for _, heard in waiting], config.scoring, now=now)
        if result.value < config.scoring.thresholds.intake:
            return None
        lead = _open(db, signal, post, result, config, now)
    elif lead.status is LeadStatus.DETECTED:
        lead.next_step_at = now + _PARK_AFTER  # something was added
    db.add_all(LeadSignal(signal_id=s.id, lead_id=lead.id) for s, _ in waiting)
    db.flush()
    reconsider(db, lead, config=config, now=now)
    return lead


def reconsider(db: Session, lead: Lead, *, config: Config, now: datetime) -> None:
    """Score ``lead`` afresh and let the score move it; route it when it became sales-ready."""
    of_lead = select(LeadSignal.signal_id).where(LeadSignal.lead_id == lead.id)
    rows = _heard(db, col(Signal.id).in_(of_lead))
    _write_what_was_heard(lead, [signal for signal, _ in rows])
    _write_score(lead, score([heard for _, heard in rows], config.scoring, now=now), now)
    db.add(lead)
    to = status_by_score(lead.status, lead.score, config.scoring.thresholds)
    if to is not lead.status:
        try:
            _move_by_score(db, lead, to, config=config, now=now)
        except MoveRefusedError:
            return  # a guard holds it: nothing new was heard since it was handed back
    route(db, lead, config=config, now=now)


def _live_lead(db: Session, signal: Signal, post: Post) -> Lead | None:
    """Return the live lead of this topic by the same author, lately or in this thread."""
    if post.author_id is None:
        return None
    return db.exec(
        select(Lead)
        .where(
            Lead.topic_id == signal.topic_id,
            Lead.author_id == post.author_id,
            col(Lead.status).in_(_LIVE),
            or_(
                col(Lead.thread_id) == post.thread_id,
                and_(  # posts may be found long after they were written
                    col(Lead.last_signal_at) > signal.happened_at - _WINDOW,
                    col(Lead.first_signal_at) < signal.happened_at + _WINDOW,
                ),
            ),
        )
        .order_by(col(Lead.created_at))
        .limit(1)
        .with_for_update()
    ).first()


def _open(
    db: Session, signal: Signal, post: Post, result: Score, config: Config, now: datetime
) -> Lead:
    topic = config.topics.get(signal.topic_id)
    lead = Lead(
        topic_id=signal.topic_id,
        author_id=post.author_id,
        thread_id=post.thread_id,
        title=post.title or _beginning(post.text) or (topic.name if topic else signal.topic_id),
        kind=signal.kind,
        journey_step=signal.journey_step,
        status=LeadStatus.DETECTED,
        score=result.value,
        score_explain={},
        profile_version=result.version,
        scored_at=now,
        next_step="grows or is parked",
        next_step_at=now + _PARK_AFTER,
        first_signal_at=signal.happened_at,
        last_signal_at=signal.happened_at,
        status_since=now,
        created_at=now,
    )
    db.add(lead)
    db.flush()
    opened(db, lead, now)
    return lead


def _waiting(db: Session, signal: Signal, post: Post) -> list[tuple[Signal, Heard]]:
    """Return ``signal`` and what its author said before on the topic that is in no lead yet."""
    is_this = col(Signal.id) == signal.id
    if post.author_id is None:
        return _heard(db, is_this)
    earlier = and_(
        col(Signal.topic_id) == signal.topic_id,
        col(Post.author_id) == post.author_id,
        or_(
            col(Post.thread_id) == post.thread_id,
            col(Signal.happened_at).between(
                signal.happened_at - _WINDOW, signal.happened_at + _WINDOW
            ),
        ),
        ~exists().where(col(LeadSignal.signal_id) == Signal.id),
    )
    return _heard(db, or_(is_this, earlier))


def _heard(db: Session, which: ColumnElement[bool]) -> list[tuple[Signal, Heard]]:
    rows = db.exec(
        select(Signal, Post, Author.handle_norm, Source.quality)
        .join(Post, col(Post.id) == Signal.post_id)
        .join(Source, col(Source.id) == Post.source_id)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .where(which, Signal.status != SignalStatus.REJECTED)
        .order_by(Signal.id)
    ).all()
    return [(signal, _as_heard(signal, post, handle, q)) for signal, post, handle, q in rows]


def _as_heard(signal: Signal, post: Post, handle: str | None, quality: float) -> Heard:
    return Heard(
        signal_id=signal.id,
        kind=signal.kind,
        probability=signal.probability,
        happened_at=signal.happened_at,
        author=handle,
        thread=post.thread_id,
        quality=quality,
        negatives=frozenset(Negative(name) for name in signal.negatives),
    )


def _write_what_was_heard(lead: Lead, signals: Sequence[Signal]) -> None:
    if signals:
        lead.first_signal_at = min(signal.happened_at for signal in signals)
        lead.last_signal_at = max(signal.happened_at for signal in signals)
        lead.journey_step = max(signal.journey_step for signal in signals)


def _write_score(lead: Lead, result: Score, now: datetime) -> None:
    lead.score = result.value
    if result.parts and result.parts[0].strength:
        lead.kind = result.parts[0].kind
    lead.profile_version = result.version
    lead.scored_at = now
    lead.score_explain = {
        "version": result.version,
        "base": result.base,
        "fit": result.fit,
        "negatives": [{"name": n.value, "factor": f} for n, f in result.negatives],
        "parts": [asdict(part) | {"kind": part.kind.value} for part in result.parts],
    }


def _move_by_score(
    db: Session, lead: Lead, to: LeadStatus, *, config: Config, now: datetime
) -> None:
    topic = config.topics.get(lead.topic_id)
    reviewer = _user(db, topic.owner) if topic else None
    steps = {
        LeadStatus.DETECTED: ("grows or is parked", now + _PARK_AFTER),
        LeadStatus.MQL: (
            f"{reviewer.name if reviewer else 'marketing'} reviews it",
            due(reviewer, config.sla.review, config, now),
        ),
        LeadStatus.SALES_READY: ("is routed to a rep", now + config.sla.routing),
    }
    next_step, next_step_at = steps[to]
    transition(
        db,
        lead,
        Request(to=to, event=LeadEvent.SCORED, at=now, actor=HARKEN),
        next_step=next_step,
        next_step_at=next_step_at,
        sql_threshold=config.scoring.thresholds.sql,
    )
    if to is LeadStatus.MQL and reviewer is not None:
        lead.owner_id = reviewer.id
    emit(db, "lead.score_changed", lead.id, now, {"lead_id": lead.id, "score": lead.score})


def _user(db: Session, handle: str | None) -> User | None:
    return db.exec(select(User).where(User.handle == handle)).first() if handle else None


def _beginning(text: str) -> str:
    """Return the first words of a post without a title, with a sign that it goes on."""
    words = textwrap.shorten(text, _TITLE, placeholder=" …")
    return words if words != "…" else f"{text[: _TITLE - 2]} …"  # written without blanks
