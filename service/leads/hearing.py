"""From a signal to a lead: attach or open, score, let the score move it, route it."""

import textwrap
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, LeadSignal
from models.moves import LIVE, LeadEvent, MoveRefusedError, Request
from models.post import Post
from models.signal import Signal
from models.words import LeadStatus, SignalStatus
from service.leads.knowing import know_buyer
from service.leads.ledger import emit, take_turn
from service.leads.mutes import is_muted
from service.leads.nurture import stop_nurture
from service.leads.persons import person_of
from service.leads.scoring import heard_in, score_lead
from service.leads.snoozing import rouse
from service.leads.transitions import HARKEN, opened, transition
from service.routing.route import due, reviewer_of, route
from service.rules.lifecycle import status_by_score
from service.rules.scoring import Heard, Score, score

#: A further signal of the same author on the topic within this time is the same situation.
_WINDOW = timedelta(days=30)
_PARK_AFTER = timedelta(days=7)  # a detected lead that nothing is added to
_TITLE = 100  # characters of a post that has no title
_LIVE = tuple(sorted(LIVE))


def hear(
    db: Session,
    signal: Signal,
    post: Post,
    *,
    config: Config,
    now: datetime,
    also: Collection[str] = (),
    whatever_it_weighs: bool = False,
) -> Lead | None:
    """Attach a new ``signal`` to the live lead it belongs to, or open one if it weighs enough.

    What the author said before and what was too little for a lead then, counts along. So does
    what was said under the author ids in ``also``, which are known to be the same person's.
    ``whatever_it_weighs``: who came to us by themselves is a lead in any case. Whom the topic has
    muted is not heard: the signal is kept, marked, for when the mute is lifted.
    """
    take_turn(db)
    if not whatever_it_weighs and _is_muted(db, signal, post):
        return None
    authors = {*also, post.author_id} - {None}
    waiting = _waiting(db, signal, post, authors)
    lead = _live_lead(db, signal, post, authors)
    if lead is None:
        result = score([heard for _, heard in waiting], config.scoring, now=now)
        if result.value < config.scoring.thresholds.intake and not whatever_it_weighs:
            return None
        lead = _open(db, signal, post, result, config, now)
    else:
        _go_on(db, lead, post, now)
    db.add_all(LeadSignal(signal_id=s.id, lead_id=lead.id) for s, _ in waiting)
    db.flush()
    reconsider(db, lead, config=config, now=now)
    return lead


def _is_muted(db: Session, signal: Signal, post: Post) -> bool:
    muted = is_muted(
        db, topic_id=signal.topic_id, author_id=post.author_id, source_id=post.source_id
    )
    if muted:
        signal.status = SignalStatus.MUTED
        db.add(signal)
    return muted


def reconsider(db: Session, lead: Lead, *, config: Config, now: datetime) -> None:
    """Score ``lead`` afresh and let the score move it; route it when it became sales-ready."""
    weighed = score_lead(db, lead, config.scoring, now=now)
    _write_what_was_heard(lead, weighed.signals)
    know_buyer(db, lead, weighed.signals, config)
    db.add(lead)
    to = status_by_score(lead.status, lead.score, config.thresholds_of(lead.topic_id))
    if to is not lead.status:
        try:
            _move_by_score(db, lead, to, config=config, now=now)
        except MoveRefusedError:
            return  # a guard holds it: nothing new was heard since it was handed back
    route(db, lead, config=config, now=now)


def _go_on(db: Session, lead: Lead, post: Post, now: datetime) -> None:
    """Let a lead know that its author spoke again: it wakes up, and no draft is due any more."""
    lead.person_id = lead.person_id or person_of(db, post.author_id)
    if lead.status is LeadStatus.DETECTED:
        lead.next_step_at = now + _PARK_AFTER
    if lead.snoozed_until is not None:
        rouse(db, lead, by=HARKEN, now=now)
    stop_nurture(db, lead.id, because="reply", now=now)
    db.add(lead)


def _live_lead(
    db: Session, signal: Signal, post: Post, authors: Collection[str | None]
) -> Lead | None:
    """Return the live lead of this topic by one of the authors, lately or in this thread."""
    if not authors:
        return None
    return db.exec(
        select(Lead)
        .where(
            Lead.topic_id == signal.topic_id,
            col(Lead.author_id).in_(authors),
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
        person_id=person_of(db, post.author_id),
        source_id=post.source_id,
        title=post.title or beginning(post.text) or (topic.name if topic else signal.topic_id),
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


def _waiting(
    db: Session, signal: Signal, post: Post, authors: Collection[str | None]
) -> list[tuple[Signal, Heard]]:
    """Return ``signal`` and what its author said before on the topic that is in no lead yet."""
    is_this = col(Signal.id) == signal.id
    if not authors:
        return heard_in(db, is_this)
    earlier = and_(
        col(Signal.topic_id) == signal.topic_id,
        col(Post.author_id).in_(authors),
        or_(
            col(Post.thread_id) == post.thread_id,
            col(Signal.happened_at).between(
                signal.happened_at - _WINDOW, signal.happened_at + _WINDOW
            ),
        ),
        ~exists().where(col(LeadSignal.signal_id) == Signal.id),
    )
    return heard_in(db, or_(is_this, earlier))


def _write_what_was_heard(lead: Lead, signals: Sequence[Signal]) -> None:
    if signals:
        lead.first_signal_at = min(signal.happened_at for signal in signals)
        lead.last_signal_at = max(signal.happened_at for signal in signals)
        lead.journey_step = max(signal.journey_step for signal in signals)


def _move_by_score(
    db: Session, lead: Lead, to: LeadStatus, *, config: Config, now: datetime
) -> None:
    reviewer = reviewer_of(db, lead, config)
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
        sql_threshold=config.thresholds_of(lead.topic_id).sql,
        holder=reviewer.id if to is LeadStatus.MQL and reviewer else None,
    )
    emit(db, "lead.score_changed", lead.id, now, {"lead_id": lead.id, "score": lead.score})


def beginning(text: str) -> str:
    """Return the first words of a post without a title, with a sign that it goes on."""
    words = textwrap.shorten(text, _TITLE, placeholder=" …")
    return words if words != "…" else f"{text[: _TITLE - 2]} …"  # written without blanks
