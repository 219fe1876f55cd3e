"""What the tick does, every few seconds: whatever is due in the database, in small steps."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine, exists, or_
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead
from models.moves import LIVE, LeadEvent, Request
from models.post import Author, Post, Thread
from models.signal import Signal
from models.words import LeadStatus
from service.hearing import reconsider
from service.ledger import take_turn
from service.offers import expire_due
from service.routing import route
from service.store.engine import writing
from service.transitions import HARKEN, transition

logger = logging.getLogger(__name__)

_SCORE_AGAIN_AFTER = timedelta(hours=1)
_REVIEW_AFTER = timedelta(days=30)
_MOST = 200  # rows a step: a step holds the write lock


def tick(engine: Engine, config: Config, *, now: datetime) -> None:
    """Do what is due: lapsed offers, the queue, scores that have aged, parking, forgetting."""
    with writing(engine) as db:
        take_turn(db)
        expired = expire_due(db, config=config, now=now)
        routed = _drain_queue(db, config, now)
    with writing(engine) as db:
        take_turn(db)
        scored = _score_again(db, config, now)
        parked = _park(db, now)
    with writing(engine) as db:
        forgotten = _forget(db, now)
    if expired or routed or parked or forgotten:
        counts = {"expired": expired, "routed": routed, "scored": scored}
        logger.info("tick", extra=counts | {"parked": parked, "forgotten": forgotten})


def _drain_queue(db: Session, config: Config, now: datetime) -> int:
    """Offer waiting leads, oldest first, to whoever has room now."""
    waiting = db.exec(
        select(Lead)
        .where(Lead.status == LeadStatus.SALES_READY)
        .order_by(col(Lead.sales_ready_at), Lead.id)
        .limit(_MOST)
    ).all()
    return sum(route(db, lead, config=config, now=now) is not None for lead in waiting)


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


def _park(db: Session, now: datetime) -> int:
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
            next_step_at=now + _REVIEW_AFTER,
        )
    return len(stale)


def _forget(db: Session, now: datetime) -> int:
    """Take words and names out of posts that became no signal once their time is over.

    The row stays as a hash, so that the next crawl knows the post and doesn't take it in again.
    """
    has_something = or_(
        col(Post.text) != "",
        col(Post.title) != "",
        col(Post.quoted) != "",
        col(Post.author_id).is_not(None),
    )
    over = db.exec(
        select(Post)
        .outerjoin(Signal, col(Signal.post_id) == Post.id)
        .where(Post.retention_until <= now, col(Signal.id).is_(None), has_something)
        .limit(_MOST)
        .with_for_update(skip_locked=True, of=Post)
    ).all()
    authors = {post.author_id for post in over}
    for post in over:
        post.title = post.text = post.quoted = ""
        post.author_id = None
        db.add(post)
    db.flush()
    _forget_around(db, authors, {post.thread_id for post in over})
    return len(over)


def _forget_around(db: Session, authors: set[str | None], threads: set[str]) -> None:
    """Remove authors of whom nothing is left, and the titles of threads in which nothing is."""
    for author in db.exec(
        select(Author).where(
            col(Author.id).in_(authors),
            ~exists().where(col(Post.author_id) == Author.id),
            ~exists().where(col(Lead.author_id) == Author.id),
        )
    ):
        db.delete(author)
    for thread in db.exec(
        select(Thread).where(
            col(Thread.id).in_(threads),
            ~exists().where(col(Post.thread_id) == Thread.id, col(Post.text) != ""),
            ~exists().where(col(Lead.thread_id) == Thread.id),
        )
    ):
        thread.title = ""
        db.add(thread)
