"""What the tick does, every few seconds: whatever is due in the database, in small steps."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead
from models.moves import LIVE, LeadEvent, Request
from models.words import LeadStatus
from service.api.kept import forget_expired
from service.delivery.planning import forget_told
from service.leads.hearing import reconsider
from service.leads.ledger import take_turn
from service.leads.living import live_on
from service.leads.transitions import HARKEN, transition
from service.posts.following import stop_watching
from service.posts.forgetting import forget_posts
from service.routing.absences import relieve
from service.routing.clocks import start_missing
from service.routing.escalation import deliver, escalate
from service.routing.offers import expire_due
from service.routing.route import drain
from service.store.engine import writing

logger = logging.getLogger(__name__)

_SCORE_AGAIN_AFTER = timedelta(hours=1)
_MOST = 200  # rows a step: a step holds the write lock


def tick(engine: Engine, config: Config, *, now: datetime, secret: bytes | None = None) -> None:
    """Do what is due: lapsed offers, the queue, scores that have aged, parking, forgetting."""
    lived = live_on(engine, config, secret=secret, now=now)
    routed = keep_clocks(engine, config, now=now)
    with writing(engine) as db:
        take_turn(db)
        scored = _score_again(db, config, now)
        parked = _park(db, config, now)
    with writing(engine) as db:
        forgotten = forget_posts(db, now=now, most=_MOST)
        stop_watching(db, config=config, now=now, most=_MOST)
        forget_expired(db, now=now)
        told = forget_told(db, now=now)
    if any(routed.values()) or any(lived.values()) or parked or forgotten or told:
        counts = {"scored": scored, "parked": parked, "forgotten": forgotten, "told": told}
        logger.info("tick", extra={**routed, **lived, **counts})


def keep_clocks(engine: Engine, config: Config, *, now: datetime) -> Mapping[str, int]:
    """Do what is due of offers, the queue and the clocks of leads; return how much of each."""
    with writing(engine) as db:
        take_turn(db)
        counts = {
            "relieved": relieve(db, config=config, now=now),
            "expired": expire_due(db, config=config, now=now),
            "routed": drain(db, config=config, now=now),
        }
    with writing(engine) as db:
        take_turn(db)
        start_missing(db, most=_MOST)
        escalate(db, config=config, now=now)
        return counts | {"told": deliver(db, now=now)}


def _score_again(db: Session, config: Config, now: datetime) -> int:
    """Score live leads whose score has aged: decay reorders queues without any news."""
    aged = db.exec(
        select(Lead)
        .where(col(Lead.status).in_(sorted(LIVE)), Lead.scored_at < now - _SCORE_AGAIN_AFTER)
        .order_by(col(Lead.scored_at))
        .limit(_MOST)
    ).all()
    for lead in aged:
        reconsider(db, lead, config=config, now=now)
    return len(aged)


def _park(db: Session, config: Config, now: datetime) -> int:
    """Park detected leads that nothing was added to in their time."""
    stale = db.exec(
        select(Lead)
        .where(Lead.status == LeadStatus.DETECTED, col(Lead.next_step_at) <= now)
        .limit(_MOST)
    ).all()
    for lead in stale:
        transition(
            db,
            lead,
            Request(to=LeadStatus.NURTURING, event=LeadEvent.PARKED, at=now, actor=HARKEN),
            next_step="marketing looks at it again",
            next_step_at=now + config.review_after(lead.topic_id),
        )
    return len(stale)
