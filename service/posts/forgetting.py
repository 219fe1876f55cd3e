"""Forgetting: what has had its time loses its words and its people; codes and counts stay.

Posts that became no signal have a date of their own, signals that were too weak for a lead a time
after which nothing can come of them any more. What a lead is made of lives as long as the lead,
and for a while after it was closed without a sale (security-and-privacy.md, Art. 5(1)(e)).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import delete, exists, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal, Touchpoint
from models.merge import MergeRecord, Result
from models.mute import Mute
from models.nurture import Draft
from models.post import Author, Post, Thread
from models.reply import ReplyDraft
from models.scored import LeadFact
from models.signal import Signal
from models.sla import Task
from models.topic import Topic
from models.words import LeadStatus
from service.leads.ledger import audit, take_turn
from service.leads.transitions import HARKEN
from service.posts.folding import forget

#: The date of a post of which nothing is due: it is empty, or lives as long as its signal. So what
#: is due is found at once, however many posts there are.
NOTHING_DUE: Final = datetime(9999, 1, 1, tzinfo=UTC)

#: Ends without a sale; of an erased lead there is nothing left.
LOST = (LeadStatus.LOST, LeadStatus.DISQUALIFIED, LeadStatus.MERGED)
#: Columns of a lead that may name its buyer; a merge keeps them of the lead that went under.
_NAMES_SOMEBODY = ("account", "region", "next_step")


def forget_posts(db: Session, *, now: datetime, most: int) -> int:
    """Take words and names out of posts that became no signal and are over; return how many.

    The row stays with its hash, so that the next crawl knows it and doesn't take it in again.
    """
    due = db.exec(
        select(Post)
        .where(Post.retention_until <= now)
        .order_by(col(Post.retention_until))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    ids = [post.id for post in due]
    heard = set(db.exec(select(Signal.post_id).where(col(Signal.post_id).in_(ids))))
    over = [post for post in due if post.id not in heard]
    told = [post for post in over if _says_something(post)]
    authors = {post.author_id for post in over}
    for post in due:
        post.retention_until = NOTHING_DUE
        db.add(post)
    for post in over:
        _empty(post)
    db.flush()
    forget_around(db, authors, {post.thread_id for post in over})
    return len(told)


def forget_weak(db: Session, *, before: datetime, most: int) -> int:
    """Take words and people out of signals from before then that are part of no lead.

    That something was heard, when, where and as what stays, and is counted. Returns how many
    posts.
    """
    other = aliased(Signal)
    in_lead = exists().where(col(LeadSignal.signal_id) == col(other.id))
    matters = exists().where(
        col(other.post_id) == col(Signal.post_id), or_(col(other.created_at) > before, in_lead)
    )
    # From the signals, of which there are few, to their posts.
    due = db.exec(
        select(Signal.post_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(
            Signal.created_at <= before,
            or_(col(Post.text) != "", col(Post.title) != "", col(Post.author_id).is_not(None)),
            ~matters,
        )
        .distinct()
        .limit(most)
    ).all()
    over = db.exec(
        select(Post).where(col(Post.id).in_(due)).with_for_update(skip_locked=True)
    ).all()
    authors, threads = {post.author_id for post in over}, {post.thread_id for post in over}
    for post in over:
        _silence(db, post)
    db.flush()
    forget_around(db, authors, threads)
    return len(over)


def forget_lost(db: Session, *, before: datetime, most: int, now: datetime) -> int:
    """Take words and people out of leads that were closed without a sale before then.

    Why and when they were lost stays, and is counted. So do posts that another lead lives by.
    Returns how many leads.
    """
    take_turn(db)
    over = db.exec(
        select(Lead)
        .join(Topic, col(Topic.id) == Lead.topic_id)
        .where(
            col(Lead.status).in_(LOST),
            col(Lead.closed_at) <= before,
            or_(
                col(Lead.author_id).is_not(None),
                col(Lead.person_id).is_not(None),
                col(Lead.title) != col(Topic.name),
            ),
        )
        .order_by(col(Lead.closed_at))
        .limit(most)
        .with_for_update(skip_locked=True, of=Lead)
    ).all()
    authors: set[str | None] = {lead.author_id for lead in over}
    threads = {lead.thread_id for lead in over}
    for lead in over:
        lead.title, lead.score_explain = db.get_one(Topic, lead.topic_id).name, {}
        lead.author_id = lead.person_id = lead.account = None
        lead.rev += 1
        db.add(lead)
        audit(db, actor=HARKEN, action="lead.forgotten", subject=f"lead:{lead.id}", at=now)
    db.flush()
    empty_leads(db, [lead.id for lead in over])
    for post in _only_of(db, [lead.id for lead in over], before):
        authors.add(post.author_id)
        threads.add(post.thread_id)
        _silence(db, post)
    db.flush()
    forget_around(db, authors, threads)
    return len(over)


def empty_leads(db: Session, ids: Collection[str]) -> None:
    """Take all words out of what hangs on leads: notes, tasks, drafts, what a merge took over."""
    emptied: tuple[tuple[type[Any], Mapping[str, str]], ...] = (
        (Touchpoint, {"note": ""}),
        (Result, {"note": ""}),
        (Task, {"what": ""}),
        (Draft, {"title": "", "points": ""}),
    )
    for table, bare in emptied:
        db.execute(update(table).where(table.lead_id.in_(ids)).values(**bare))
    for of_lead in (ReplyDraft, LeadFact):
        db.execute(delete(of_lead).where(col(of_lead.lead_id).in_(ids)))
    merged = or_(col(MergeRecord.loser_id).in_(ids), col(MergeRecord.survivor_id).in_(ids))
    for record in db.exec(select(MergeRecord).where(merged)):
        record.loser = {**record.loser, **dict.fromkeys(_NAMES_SOMEBODY)}
        record.changed = {
            name: pair for name, pair in record.changed.items() if name not in _NAMES_SOMEBODY
        }
        db.add(record)
    db.flush()


def forget_around(db: Session, authors: Collection[str | None], threads: Collection[str]) -> None:
    """Remove authors of whom nothing is left, and the titles of threads in which nothing is."""
    for author in db.exec(
        select(Author).where(
            col(Author.id).in_(authors),
            ~exists().where(col(Post.author_id) == Author.id),
            ~exists().where(col(Lead.author_id) == Author.id),
            ~exists().where(col(Mute.author_id) == Author.id, col(Mute.lifted_at).is_(None)),
        )
    ):
        db.delete(author)
    has_somebody = or_(col(Lead.author_id).is_not(None), col(Lead.closed_at).is_(None))
    for thread in db.exec(
        select(Thread).where(
            col(Thread.id).in_(threads),
            ~exists().where(col(Post.thread_id) == Thread.id, col(Post.text) != ""),
            ~exists().where(col(Lead.thread_id) == Thread.id, has_somebody),
        )
    ):
        thread.title = ""
        db.add(thread)


def _only_of(db: Session, leads: Sequence[str], before: datetime) -> Sequence[Post]:
    """Return the posts that these leads are made of, and no lead that has time yet."""
    of_these = select(Signal.post_id).join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
    lives_by = (
        exists()
        .where(col(Signal.post_id) == col(Post.id))
        .where(col(LeadSignal.signal_id) == col(Signal.id), col(Lead.id) == LeadSignal.lead_id)
        .where(
            or_(
                col(Lead.status).not_in((*LOST, LeadStatus.ERASED)),
                col(Lead.closed_at) > before,
            )
        )
    )
    return db.exec(
        select(Post).where(
            col(Post.id).in_(of_these.where(col(LeadSignal.lead_id).in_(leads))), ~lives_by
        )
    ).all()


def _silence(db: Session, post: Post) -> None:
    """Empty a post and what its signals quote of it; that they were heard, and as what, stays."""
    for signal in db.exec(select(Signal).where(Signal.post_id == post.id)):
        signal.evidence, signal.slots, signal.matched, signal.phrases = [], [], [], ""
        db.add(signal)
    forget(db, post)
    _empty(post)
    db.add(post)


def _says_something(post: Post) -> bool:
    return bool(post.text or post.title or post.quoted or post.author_id)


def _empty(post: Post) -> None:
    post.title = post.text = post.quoted = ""
    post.author_id = None
