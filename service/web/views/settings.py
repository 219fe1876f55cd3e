"""What the pages of settings show of the house: retention, the suppression list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_
from sqlmodel import Session, col, func, select

from config.settings import Retention, Settings
from models.lead import Lead, LeadSignal
from models.ledger import AuditEvent, Suppression
from models.people import User
from models.post import Post
from models.signal import Signal
from models.words import SuppressionReason, SuppressionScope
from service.posts.forgetting import LOST
from service.privacy.notices import count_untold

_MOST = 200
_SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long something is kept, and how much of it falls under that next."""

    what: str
    days: int
    now: int  # over already
    soon: int  # within a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody who is left alone; only a keyed hash is known of them."""

    key: str
    scope: SuppressionScope
    reason: SuppressionReason
    at: datetime
    by: str  # a name
    may_be_lifted: bool


def read_retention(db: Session, retention: Retention, *, now: datetime) -> tuple[Kept, ...]:
    """Return what is kept for how long, and what of it is due."""
    has_words = or_(col(Post.text) != "", col(Post.title) != "")
    posts = (
        select(func.count())
        .select_from(Post)
        .outerjoin(Signal, col(Signal.post_id) == Post.id)
        .where(col(Signal.id).is_(None), has_words)
    )
    over = col(Post.retention_until)
    is_somebodys = or_(col(Lead.author_id).is_not(None), col(Lead.person_id).is_not(None))
    in_lead = exists().where(col(LeadSignal.signal_id) == col(Signal.id))
    weak = (
        select(func.count())
        .select_from(Signal)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(~in_lead, has_words)
    )
    heard = col(Signal.created_at)
    tired = timedelta(days=retention.weak_signals_days)
    lost = select(func.count()).where(col(Lead.status).in_(LOST), is_somebodys)
    kept = timedelta(days=retention.lost_leads_days)
    old = timedelta(days=retention.audit_days)
    events = select(func.count()).select_from(AuditEvent)
    closed, at = col(Lead.closed_at), col(AuditEvent.at)
    return (
        Kept(
            what="Words of posts that led to nothing",
            days=retention.posts_days,
            now=db.exec(posts.where(over <= now)).one(),
            soon=db.exec(posts.where(over > now, over <= now + _SOON)).one(),
        ),
        Kept(
            what="Signals that were too weak for a lead",
            days=retention.weak_signals_days,
            now=db.exec(weak.where(heard <= now - tired)).one(),
            soon=db.exec(weak.where(heard > now - tired, heard <= now - tired + _SOON)).one(),
        ),
        Kept(
            what="Leads that were closed without a sale",
            days=retention.lost_leads_days,
            now=db.exec(lost.where(closed <= now - kept)).one(),
            soon=db.exec(lost.where(closed > now - kept, closed <= now - kept + _SOON)).one(),
        ),
        Kept(
            what="The audit log",
            days=retention.audit_days,
            now=db.exec(events.where(at <= now - old)).one(),
            soon=db.exec(events.where(at > now - old, at <= now - old + _SOON)).one(),
        ),
    )


def read_clock(db: Session, settings: Settings, *, now: datetime) -> tuple[Kept, ...]:
    """Return how many have to be told that we have words of theirs, where a clock runs."""
    if not settings.privacy.has_clock:
        return ()
    over, soon = count_untold(db, settings, now=now, soon=_SOON)
    what = "Names of people who were not told of it"
    return (Kept(what=what, days=settings.privacy.notice_days, now=over, soon=soon),)


def read_suppressed(db: Session) -> tuple[int, Sequence[Listed]]:
    """Return how many are left alone, and the latest of them."""
    count = db.exec(select(func.count()).select_from(Suppression)).one()
    rows = db.exec(select(Suppression).order_by(col(Suppression.at).desc()).limit(_MOST)).all()
    names = dict(db.exec(select(User.id, User.name)).all()) | {"harken": "Harken"}
    return count, [
        Listed(
            key=row.key_hmac,
            scope=row.scope,
            reason=row.reason,
            at=row.at,
            by=names.get(row.by, row.by),
            may_be_lifted=row.reason is not SuppressionReason.ERASURE,
        )
        for row in rows
    ]
