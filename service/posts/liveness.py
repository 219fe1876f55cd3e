"""Deleted at the source means deleted here: posts become tombstones, and their leads learn of it.

A tombstone keeps its place and its counts, and holds no words, no name, no address and no hash of
them. That is one transaction with what follows for its signals and leads, so that a process which
is killed in between leaves either everything or nothing, and doing it again changes nothing.

A feed or a listing may be a cache, or a document that was written before. So only a reading of
the conversation itself (``crawlers.found.ThreadReader``) brings a deleted post back.
"""

from collections.abc import Sequence, Set
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from config import Config
from crawlers.found import FoundPost
from models.lead import Lead, LeadSignal
from models.moves import CLOSED, LeadEvent, Request
from models.post import Post, Thread
from models.signal import CrossPost, Signal
from models.source import Source
from models.words import DisqualifyReason, Kind, LeadStatus
from service.leads.hearing import beginning, reconsider
from service.leads.ledger import audit, take_turn
from service.leads.transitions import HARKEN, lead_of, transition
from service.posts.folding import forget
from service.posts.forgetting import forget_around
from service.posts.signals import withdraw

#: What stands in the place of a post that was taken back (Reddit's, Lemmy's, forums' words).
SHELLS = frozenset(
    {
        "[deleted]",
        "[removed]",
        "[deleted by user]",
        "[removed by moderator]",
        "[removed by reddit]",
        "[flagged]",
        "[dead]",
        "*deleted by creator*",
        "*removed by mod*",
        "(post deleted by author)",
        "(topic deleted by author)",
    }
)
_IN_CHUNK = 500  # ids in one query; SQLite takes 999 variables at the least


def is_shell(found: FoundPost) -> bool:
    """Say whether a post is only what is left of one that was taken back."""
    return found.text.strip().casefold() in SHELLS or found.title.strip().casefold() in SHELLS


def bury(
    db: Session, source: Source, external_ids: Sequence[str], *, config: Config, now: datetime
) -> int:
    """Make tombstones of these posts of a source, in the caller's transaction; return how many.

    Leads lose the signals that these posts were. One that has none left is closed as
    ``unreachable_expired``; an opportunity, which a rep has confirmed by other means, stays.
    """
    posts = _standing(db, source, external_ids)
    if not posts:
        return 0
    take_turn(db)
    authors = {post.author_id for post in posts}
    leads: set[str] = set()
    for post in posts:
        leads |= _silence(db, post)
        _empty(db, post, now)
        audit(db, actor=HARKEN, action="post.deleted_at_source", subject=f"post:{post.id}", at=now)
    _unquote(db, source, [post.external_id for post in posts])
    for lead_id in sorted(leads):
        _without_evidence(db, lead_of(db, lead_id), config=config, now=now)
    db.flush()
    forget_around(db, authors, {post.thread_id for post in posts})
    return len(posts)


def _standing(db: Session, source: Source, external_ids: Sequence[str]) -> list[Post]:
    found: list[Post] = []
    for start in range(0, len(external_ids), _IN_CHUNK):
        found += db.exec(
            select(Post)
            .where(
                Post.source_id == source.id,
                col(Post.external_id).in_(external_ids[start : start + _IN_CHUNK]),
                col(Post.deleted_at_source).is_(None),
            )
            .order_by(Post.id)
            .with_for_update()
        ).all()
    return found


def _silence(db: Session, post: Post) -> Set[str]:
    """Take a post's signals back and out of their leads; return the leads.

    The rows stay, so that what was heard and how often can still be counted.
    """
    leads: set[str] = set()
    for signal in db.exec(select(Signal).where(Signal.post_id == post.id)).all():
        withdraw(signal)
        signal.kind = Kind.NONE
        db.add(signal)
        db.exec(delete(CrossPost).where(col(CrossPost.signal_id) == signal.id))
        for link in db.exec(select(LeadSignal).where(LeadSignal.signal_id == signal.id)).all():
            leads.add(link.lead_id)
            db.delete(link)
    db.flush()
    return leads


def _empty(db: Session, post: Post, now: datetime) -> None:
    forget(db, post)
    if post.is_opening and (thread := db.get(Thread, post.thread_id)) is not None:
        thread.title, thread.url, thread.deleted_at_source = "", None, now
        db.add(thread)
    post.title = post.text = post.quoted = post.content_hash = ""
    post.author_id = post.url = None
    post.language = "und"
    post.deleted_at_source = now
    post.missing_since = post.next_check_at = None
    db.add(post)
    db.flush()


def _unquote(db: Session, source: Source, external_ids: Sequence[str]) -> None:
    """Empty what answers quote of the posts."""
    for start in range(0, len(external_ids), _IN_CHUNK):
        answers = col(Post.parent_external_id).in_(external_ids[start : start + _IN_CHUNK])
        db.connection().execute(
            update(Post).where(col(Post.source_id) == source.id, answers).values(quoted="")
        )


def _without_evidence(db: Session, lead: Lead, *, config: Config, now: datetime) -> None:
    """Name and score a lead without what it has lost, and close it when nothing is left."""
    left = _evidence(db, lead)
    lead.title = _title(left) or _topic(config, lead)
    lead.rev += 1
    if left is None:
        lead.author_id = None
        _close(db, lead, now)
    db.add(lead)
    db.flush()
    reconsider(db, lead, config=config, now=now)


def _evidence(db: Session, lead: Lead) -> Post | None:
    """Return the first post that a lead still has, or None."""
    return db.exec(
        select(Post)
        .join(Signal, col(Signal.post_id) == Post.id)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == lead.id)
        .order_by(col(Post.published_at), Post.id)
        .limit(1)
    ).first()


def _title(post: Post | None) -> str:
    return "" if post is None else post.title or beginning(post.text)


def _topic(config: Config, lead: Lead) -> str:
    topic = config.topics.get(lead.topic_id)
    return topic.name if topic else lead.topic_id


def _close(db: Session, lead: Lead, now: datetime) -> None:
    if lead.status in CLOSED:
        return
    if lead.status is LeadStatus.OPPORTUNITY:
        lead.next_step = "its posts are gone at the source: go by what the contact brought"
        return
    if lead.status is LeadStatus.OFFERED:  # there is no way out of an offer but back
        _move(db, lead, LeadStatus.SALES_READY, LeadEvent.LEASE_EXPIRED, now)
    _move(db, lead, LeadStatus.DISQUALIFIED, LeadEvent.DISQUALIFIED, now)


def _move(db: Session, lead: Lead, to: LeadStatus, event: LeadEvent, now: datetime) -> None:
    asked = Request(
        to=to, event=event, at=now, actor=HARKEN, reason=DisqualifyReason.UNREACHABLE_EXPIRED.value
    )
    transition(db, lead, asked, next_step="nothing; it is closed", next_step_at=now)
