"""Which conversations are watched, and when each is read again: ``thread.next_read_at``.

A conversation is watched from the moment that something is heard in it until its leads are closed
or nobody writes there any more (``service.rules.following``). Where the adapter can't read one
conversation, the permalinks of the posts that are evidence are looked at instead.

What is claimed is due again a few minutes later: a process that is killed while it reads keeps
nothing from being read, and reading twice changes nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from config import Config
from crawlers.found import ThreadToRead
from models.lead import Lead, LeadSignal
from models.moves import LIVE
from models.post import Post, Thread
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.words import SourceHealth, SourceKind
from service.listening.hosts import resting
from service.listening.leases import host_of
from service.rules.following import (
    OVER_AFTER,
    Stake,
    first_reading,
    next_check,
    next_reading,
    stake_of,
)

#: Long enough for a reading that waits for its host's turn, short enough to be tried again soon.
CLAIM = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadDue:
    """A conversation that is to be read now."""

    id: str
    thread: ThreadToRead
    source: Source
    policy: SourcePolicy
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDue:
    """A permalink that is to be looked at now."""

    post_id: str
    external_id: str
    url: str
    source: Source
    policy: SourcePolicy
    host: str


def watch(db: Session, post: Post, *, is_evidence: bool, now: datetime) -> None:
    """Watch the conversation of a post that something was heard in, in the caller's transaction.

    ``is_evidence``: it belongs to a lead, so that it is also looked whether it is still there.
    """
    thread = db.get_one(Thread, post.thread_id)
    soon = first_reading(now)
    if thread.next_read_at is None or thread.next_read_at > soon:
        thread.next_read_at = soon
        db.add(thread)
    if is_evidence and post.url is not None and post.next_check_at is None:
        post.next_check_at = now + _recheck(_policy_of(db, post.source_id))
        db.add(post)


def claim_threads(
    db: Session,
    *,
    kinds: Collection[SourceKind],
    now: datetime,
    most: int,
    only: Collection[str] | None = None,
) -> tuple[ThreadDue, ...]:
    """Claim conversations that are due at sources of these kinds, longest overdue first.

    ``only``: of the sources of these ids.
    """
    rests = resting(db, now=now)
    due = (
        select(Thread, Source, SourcePolicy)
        .join(Source, col(Source.id) == Thread.source_id)
        .join(SourcePolicy, col(SourcePolicy.name) == Source.policy_name)
        .where(col(Thread.next_read_at) <= now, *_may_be_asked(only))
        .where(col(Source.kind).in_(kinds))
        .order_by(col(Thread.next_read_at), col(Thread.id))
        .limit(most)
        .with_for_update(skip_locked=True, of=Thread)
    )
    claimed = []
    for thread, source, policy in db.exec(due):
        host = host_of(source.url)
        thread.next_read_at = max(now + CLAIM, rests.get(host, now))
        db.add(thread)
        if host not in rests:
            claimed.append(
                ThreadDue(
                    id=thread.id,
                    thread=ThreadToRead(key=thread.key, url=thread.url),
                    source=source,
                    policy=policy,
                    host=host,
                )
            )
    return tuple(claimed)


def claim_checks(
    db: Session,
    *,
    but: Collection[SourceKind],
    now: datetime,
    most: int,
    only: Collection[str] | None = None,
) -> tuple[CheckDue, ...]:
    """Claim evidence whose permalinks are due, at sources of other kinds than ``but``.

    ``only``: of the sources of these ids.
    """
    rests = resting(db, now=now)
    due = (
        select(Post, Source, SourcePolicy)
        .join(Source, col(Source.id) == Post.source_id)
        .join(SourcePolicy, col(SourcePolicy.name) == Source.policy_name)
        .where(col(Post.next_check_at) <= now, *_may_be_asked(only))
        .where(col(Source.kind).not_in(but))
        .order_by(col(Post.next_check_at), col(Post.id))
        .limit(most)
        .with_for_update(skip_locked=True, of=Post)
    )
    claimed = []
    for post, source, policy in db.exec(due).all():
        host = host_of(post.url or "")
        db.add(post)
        if post.url is None or not _is_evidence(db, post):
            post.next_check_at = None
            continue
        post.next_check_at = max(now + CLAIM, rests.get(host, now))
        if host not in rests:
            claimed.append(
                CheckDue(
                    post_id=post.id,
                    external_id=post.external_id,
                    url=post.url,
                    source=source,
                    policy=policy,
                    host=host,
                )
            )
    return tuple(claimed)


def was_read(db: Session, thread: Thread, *, failed: bool, config: Config, now: datetime) -> None:
    """Note how a reading went, and when the next one is, if there is to be one."""
    thread.read_fails = thread.read_fails + 1 if failed else 0
    thread.read_at = thread.read_at if failed else now
    thread.next_read_at = next_reading(
        now,
        last_post_at=_last_post_at(db, thread),
        stake=_stake(db, thread),
        recheck=_recheck(_policy_of(db, thread.source_id)),
        fails=thread.read_fails,
        over_after=_over_after(db, thread, config),
    )
    db.add(thread)


def was_checked(db: Session, post: Post, *, is_missing: bool, now: datetime) -> None:
    """Note whether a post was there, and when it is looked for again."""
    post.missing_since = (post.missing_since or now) if is_missing else None
    recheck = _recheck(_policy_of(db, post.source_id))
    post.next_check_at = next_check(now, recheck=recheck, is_missing=is_missing)
    db.add(post)


def stop_watching(db: Session, *, config: Config, now: datetime, most: int) -> int:
    """Stop watching conversations that are overdue and have nothing left to be read for.

    Those of sources whose adapter can't read one conversation are never read: they end here.
    """
    overdue = db.exec(
        select(Thread)
        .where(col(Thread.next_read_at) <= now - timedelta(days=1))
        .order_by(col(Thread.next_read_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for thread in overdue:
        was_read(db, thread, failed=True, config=config, now=now)
    return sum(thread.next_read_at is None for thread in overdue)


def _may_be_asked(only: Collection[str] | None) -> Iterator[ColumnElement[bool]]:
    """Yield what is true of sources that may be asked, as ``service.listening.leases`` has it."""
    is_allowed = col(SourcePolicy.requires_approval).is_(False) | (
        func.coalesce(SourcePolicy.approval_ref, "") != ""
    )
    yield from (
        col(Source.active).is_(True),
        col(Source.health) != SourceHealth.PAUSED,
        is_allowed,
    )
    if only is not None:
        yield col(Source.id).in_(only)


def _policy_of(db: Session, source_id: str) -> SourcePolicy:
    return db.get_one(SourcePolicy, db.get_one(Source, source_id).policy_name)


def _recheck(policy: SourcePolicy) -> timedelta:
    return timedelta(seconds=policy.recheck_seconds)


def _last_post_at(db: Session, thread: Thread) -> datetime:
    newest = select(func.max(Post.published_at)).where(Post.thread_id == thread.id)
    return db.exec(newest).first() or thread.first_seen_at


def _stake(db: Session, thread: Thread) -> Stake:
    heard_there = select(Signal.id).join(Post, col(Post.id) == Signal.post_id)
    signals = heard_there.where(
        Post.thread_id == thread.id, col(Post.deleted_at_source).is_(None)
    ).limit(1)
    leads = db.exec(select(Lead).where(col(Lead.id).in_(_leads_of(thread)))).all()
    statuses = frozenset(lead.status for lead in leads)
    return stake_of(statuses, has_signal=db.exec(signals).first() is not None)


def _over_after(db: Session, thread: Thread, config: Config) -> timedelta:
    """Return when the conversation is over, by the slowest that somebody there may be sold."""
    if not config.offerings:
        return OVER_AFTER
    topics = db.exec(
        select(Signal.topic_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(Post.thread_id == thread.id)
        .distinct()
    )
    found = [config.offering_of(topic) for topic in topics]
    return max(
        (one.quiet_after if one else OVER_AFTER for one in found),
        default=OVER_AFTER,
    )


def _leads_of(thread: Thread) -> Select[str]:
    """Return the leads that have a signal from a conversation, wherever they began."""
    return (
        columns(col(LeadSignal.lead_id))
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(col(Post.thread_id) == thread.id)
    )


def _is_evidence(db: Session, post: Post) -> bool:
    live = (
        select(Lead.id)
        .join(LeadSignal, col(LeadSignal.lead_id) == Lead.id)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .where(Signal.post_id == post.id, col(Lead.status).in_(sorted(LIVE)))
        .limit(1)
    )
    return db.exec(live).first() is not None
