"""What replies mean for leads: the asker has chosen, others are in the same boat.

Looked at anew whenever somebody wrote in a conversation, in the transaction that takes the posts
in, so that it doesn't matter whether a reply or its opening post came first. Both become signals,
so that what holds for signals holds for them: an edit changes them, a deletion takes them back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, LeadSignal
from models.moves import LIVE, LeadEvent, Request
from models.post import Post
from models.signal import Signal
from models.words import DisqualifyReason, Kind, LeadStatus, Negative, Role, SignalStatus
from nlp.replies import Choice, SameBoat, Turn, listen_in
from service.leads.hearing import hear, reconsider
from service.leads.ledger import emit
from service.leads.transitions import HARKEN, lead_of, transition
from service.posts.following import watch
from service.posts.signals import quotes

#: What judged a signal that a reply is: no model.
BY_REPLIES = "replies-1"
#: Who only says "same here" is less surely a buyer than who asks.
_SAME_BOAT_SHARE = 0.7
#: Nobody works on it yet, so that it may close by itself.
_UNTOUCHED = frozenset(
    {LeadStatus.DETECTED, LeadStatus.MQL, LeadStatus.NURTURING, LeadStatus.SALES_READY}
)
_MOST_POSTS = 1_000  # of one conversation


def heed_replies(
    db: Session, thread_ids: Collection[str], *, config: Config, now: datetime
) -> int:
    """Let what was said in these conversations reach their leads; return how many new signals.

    An asker who has chosen ends his search: the lead is scored as solved, closes when nobody works
    on it yet, else its owner is told. Somebody in the same boat is a signal of his own.
    """
    made = 0
    for lead in _live_leads(db, thread_ids):
        made += _heed(db, lead, config=config, now=now)
    return made


def names_for(config: Config, topic_id: str) -> tuple[str, ...]:
    """Return the names of products and competitors that a topic knows."""
    topic = config.topics.get(topic_id)
    return (*topic.competitors, *topic.products) if topic else ()


def turns_of(posts: Sequence[Post]) -> tuple[Turn, ...]:
    """Return posts, in the order in which they were written, as turns of a conversation."""
    return tuple(
        Turn(id=post.id, author=post.author_id, text=post.text, is_opening=post.is_opening)
        for post in posts
    )


def _live_leads(db: Session, thread_ids: Collection[str]) -> Sequence[Lead]:
    if not thread_ids:
        return ()
    return db.exec(
        select(Lead)
        .where(
            col(Lead.thread_id).in_(thread_ids),
            col(Lead.status).in_(sorted(LIVE)),
            col(Lead.author_id).is_not(None),
        )
        .order_by(Lead.id)
    ).all()


def _heed(db: Session, lead: Lead, *, config: Config, now: datetime) -> int:
    posts = db.exec(
        select(Post)
        .where(Post.thread_id == lead.thread_id, col(Post.deleted_at_source).is_(None))
        .order_by(col(Post.is_opening).desc(), col(Post.published_at), col(Post.id))
        .limit(_MOST_POSTS)
    ).all()
    if len(posts) < 2 or lead.author_id is None:
        return 0
    talk = listen_in(turns_of(posts), asker=lead.author_id, names=names_for(config, lead.topic_id))
    if not talk.choice and not talk.same_boat:
        return 0
    by_id = {post.id: post for post in posts}
    known = _signals_of(db, by_id, lead.topic_id)
    made = 0
    if talk.choice and talk.choice_in:
        post = by_id[talk.choice_in]
        _conclude(db, lead, post, talk.choice, known.get(post.id), config=config, now=now)
    for post_id, boat in talk.same_boat.items():
        if boat.is_need and by_id[post_id].author_id is not None and post_id not in known:
            made += _board(db, lead, by_id[post_id], boat, config=config, now=now)
    return made


def _signals_of(db: Session, posts: Mapping[str, Post], topic_id: str) -> Mapping[str, Signal]:
    rows = db.exec(
        select(Signal)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(
            col(Post.thread_id).in_({post.thread_id for post in posts.values()}),
            Signal.topic_id == topic_id,
        )
    )
    return {signal.post_id: signal for signal in rows}


def _conclude(
    db: Session,
    lead: Lead,
    post: Post,
    choice: Choice,
    known: Signal | None,
    *,
    config: Config,
    now: datetime,
) -> None:
    """Note that the asker has chosen, once."""
    if known and (known.solved or known.status is SignalStatus.REJECTED):
        return
    signal = known or _signal(lead, post, Kind.NONE, 0.0, 0, now)
    signal.solved = True
    signal.negatives = sorted({*signal.negatives, Negative.SOLVED.value})
    signal.evidence = [*signal.evidence, *quotes((choice.evidence,))]
    db.add(signal)
    db.flush()
    if db.get(LeadSignal, signal.id) is None:
        db.add(LeadSignal(signal_id=signal.id, lead_id=lead.id))
    watch(db, post, is_evidence=True, now=now)
    lead = lead_of(db, lead.id)
    reconsider(db, lead, config=config, now=now)
    emit(
        db,
        "lead.score_changed",
        lead.id,
        now,
        {"lead_id": lead.id, "score": lead.score, "because": Negative.SOLVED.value},
    )
    if lead.status in _UNTOUCHED:
        asked = Request(
            to=LeadStatus.DISQUALIFIED,
            event=LeadEvent.DISQUALIFIED,
            at=now,
            actor=HARKEN,
            reason=DisqualifyReason.SOLVED.value,
        )
        transition(db, lead, asked, next_step="nothing; it is closed", next_step_at=None)
    elif lead.status in LIVE:
        chose = f"the asker chose {choice.what}" if choice.what else "the asker has chosen"
        lead.next_step = f"{chose}: see whether there is anything left to offer"
        lead.rev += 1
        db.add(lead)


def _board(
    db: Session, lead: Lead, post: Post, boat: SameBoat, *, config: Config, now: datetime
) -> int:
    """Hear somebody who has the same need: a signal of his own, of low strength."""
    surest = db.exec(
        select(Signal.probability)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == lead.id)
        .order_by(col(Signal.probability).desc())
    ).first()
    signal = _signal(lead, post, Kind.NEED, _SAME_BOAT_SHARE * (surest or 0.0), 1, now)
    signal.evidence = quotes((boat.evidence,))
    db.add(signal)
    db.flush()
    heard = hear(db, signal, post, config=config, now=now)
    watch(db, post, is_evidence=heard is not None, now=now)
    return 1


def _signal(
    lead: Lead, post: Post, kind: Kind, probability: float, strength: int, now: datetime
) -> Signal:
    return Signal(
        post_id=post.id,
        topic_id=lead.topic_id,
        source_id=post.source_id,
        kind=kind,
        role=Role.SEEKER,
        journey_step=1,
        probability=probability,
        strength=strength,
        fit=0.5,
        uncertain=kind is not Kind.NONE,
        solved=False,
        negatives=[],
        slots=[],
        evidence=[],
        matched=[],
        model_version=BY_REPLIES,
        happened_at=post.published_at,
        created_at=now,
    )
