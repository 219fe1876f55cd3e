"""Fetch what may be in somebody's digest, and choose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from config import Config
from models.attention import AttentionItem, AttentionShown
from models.digest import DigestItem, DigestRun, DigestSubscription, RejectLabel
from models.digest_words import ItemKind, Rhythm, RunState
from models.lead import Lead, LeadSignal, Offer
from models.people import User
from models.post import Post
from models.signal import CrossPost, Signal
from models.words import LeadStatus, OfferState, SignalStatus
from service.digests.readers import Scope, Wishes, scope_of
from service.rules.digest import Candidate, Choice, choose, some_of
from service.rules.digest_times import OF_THE_DAY

_MOST_CANDIDATES = 20_000  # the best of them; a digest shows a hundred at the most
_MOST_REJECTS = 50_000  # newest posts that chance draws from
_LEAST_TO_READ = 40  # characters: of less nobody can tell what is meant

_DAY = timedelta(days=1)
_AT_ONCE = frozenset({Rhythm.INSTANT, Rhythm.HOURLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a digest holds, before it is written down."""

    choice: Choice
    rejects: tuple[str, ...]  # ids of posts
    attention: tuple[AttentionItem, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it is worth anybody's time; rejects alone are not."""
        return not self.choice.entries and not self.attention


def choose_for(
    db: Session,
    user: User,
    subscription: DigestSubscription,
    wishes: Wishes,
    *,
    on: date,
    config: Config,
    now: datetime,
) -> Chosen:
    """Return what the digest of ``user`` for the date ``on`` holds.

    One that comes at once or every hour holds what no earlier one showed; one of a day or a week
    holds all that was not dealt with. What did not fit into one at once was counted there: for it
    alone no other comes on the same day, or ten thousand leads would be a mail every five minutes.
    """
    scope = scope_of(user, config)
    shown = _shown_before(db, subscription)
    at_once = wishes.rhythm in _AT_ONCE
    wanted = _in_scope(scope, now)
    is_told = at_once and _is_told_of(db, wanted, subscription, user, now)
    found = [] if is_told else _candidates(db, wanted, shown)
    seed = f"{user.id}|{on}"
    explores = scope.reviews and not at_once
    choice = choose(
        [lead for lead in found if lead.first_shown is None] if at_once else found,
        cap=wishes.cap,
        seed=seed,
        min_score=wishes.min_score,
        beside=_candidates(db, _low(scope, config, now), shown) if explores else (),
        explore=config.settings.digest.explore if explores else 0.0,
    )
    return Chosen(
        choice=choice,
        rejects=_rejects(db, user, wishes, seed=seed, config=config, now=now) if explores else (),
        attention=attention_for(db, user, on=on),
    )


def still_waiting(
    db: Session, user: User, lead_ids: Collection[str], *, config: Config, now: datetime
) -> frozenset[str]:
    """Return those of ``lead_ids`` that still wait for ``user``, by score or by chance."""
    scope = scope_of(user, config)
    wanted = _in_scope(scope, now)
    if scope.reviews:
        wanted = or_(wanted, _low(scope, config, now))
    return frozenset(db.exec(select(Lead.id).where(col(Lead.id).in_(lead_ids), wanted)))


def attention_for(db: Session, user: User, *, on: date) -> tuple[AttentionItem, ...]:
    """Return what is the matter that ``user`` can act on and was not told of on that date.

    What resolved itself and is the matter again on the same day was told of, too.
    """
    told = set(
        db.exec(
            select(AttentionItem.kind, AttentionItem.subject)
            .join(AttentionShown, col(AttentionShown.item_id) == AttentionItem.id)
            .where(AttentionShown.user_id == user.id, AttentionShown.local_date == on)
        ).all()
    )
    items = open_items_for(db, user)
    return tuple(item for item in items if (item.kind, item.subject) not in told)


def open_items_for(db: Session, user: User) -> tuple[AttentionItem, ...]:
    """Return what is the matter that ``user`` can act on, the oldest first."""
    items = db.exec(
        select(AttentionItem)
        .where(col(AttentionItem.resolved_at).is_(None))
        .order_by(col(AttentionItem.opened_at), col(AttentionItem.id))
    )
    return tuple(
        item for item in items if user.role.value in item.for_roles or user.id in item.for_users
    )


def _in_scope(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a lead waits for the reader."""
    wanted = [col(Lead.status).in_(scope.statuses), _awake(now), ~_confirmed()]
    if scope.topics is not None:
        wanted.append(col(Lead.topic_id).in_(scope.topics))
    if scope.holder_id is not None:
        offered = select(Offer.lead_id).where(
            Offer.to_user_id == scope.holder_id, Offer.state == OfferState.OPEN
        )
        wanted.append(or_(col(Lead.owner_id) == scope.holder_id, col(Lead.id).in_(offered)))
    return and_(*wanted)


def _low(scope: Scope, config: Config, now: datetime) -> ColumnElement[bool]:
    """Return the condition for what no score brings in, from the intake's threshold on."""
    wanted = [
        col(Lead.status) == LeadStatus.DETECTED,
        col(Lead.score) >= config.scoring.thresholds.intake,
        _awake(now),
        ~_confirmed(),
    ]
    if scope.topics is not None:
        wanted.append(col(Lead.topic_id).in_(scope.topics))
    return and_(*wanted)


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(col(Lead.snoozed_until).is_(None), col(Lead.snoozed_until) <= now)


def _is_told_of(
    db: Session,
    wanted: ColumnElement[bool],
    subscription: DigestSubscription,
    user: User,
    now: datetime,
) -> bool:
    """Tell whether all that waits was counted in a digest of the last day, and nothing came since.

    What came is a lead that got to where it is, was heard, offered or woke up after that digest.
    """
    last = db.exec(
        select(DigestRun)
        .where(
            DigestRun.subscription_id == subscription.id,
            DigestRun.slot != OF_THE_DAY,
            DigestRun.created_at <= now,
            DigestRun.created_at > now - _DAY,
            col(DigestRun.state).in_((RunState.SENT, RunState.WAITING)),
        )
        .order_by(col(DigestRun.created_at).desc())
        .limit(1)
    ).first()
    if last is None or not last.not_shown:
        return False
    since = last.created_at
    offered = select(Offer.lead_id).where(
        Offer.to_user_id == user.id, Offer.state == OfferState.OPEN, Offer.offered_at > since
    )
    fresh = or_(
        col(Lead.status_since) > since,
        col(Lead.last_signal_at) > since,
        col(Lead.snoozed_until) > since,
        col(Lead.id).in_(offered),
    )
    return db.exec(select(Lead.id).where(wanted, fresh).limit(1)).first() is None


def _confirmed() -> ColumnElement[bool]:
    """Return the condition under which a lead to review was reviewed, and is silent since."""

    def has(status: SignalStatus) -> ColumnElement[bool]:
        return (
            exists()
            .where(
                col(LeadSignal.lead_id) == col(Lead.id),
                col(Signal.id) == col(LeadSignal.signal_id),
                col(Signal.status) == status,
            )
            .correlate(Lead)
        )

    to_review = col(Lead.status).in_((LeadStatus.MQL, LeadStatus.DETECTED))
    return and_(to_review, has(SignalStatus.CONFIRMED), ~has(SignalStatus.NEW))


def _candidates(
    db: Session, wanted: ColumnElement[bool], shown: Mapping[str, date]
) -> list[Candidate]:
    rows = db.connection().execute(
        select_columns(
            col(Lead.id),
            col(Lead.thread_id),
            col(Lead.score),
            col(Lead.journey_step),
            col(Lead.last_signal_at),
        )
        .where(wanted)
        .order_by(col(Lead.score).desc(), col(Lead.id))
        .limit(_MOST_CANDIDATES)
    )
    return [
        Candidate(
            lead_id=lead_id,
            thread_id=thread_id,
            score=score,
            step=step,
            heard_at=heard_at,
            first_shown=shown.get(lead_id),
        )
        for lead_id, thread_id, score, step, heard_at in rows
    ]


def _shown_before(db: Session, subscription: DigestSubscription) -> Mapping[str, date]:
    """Return when leads were first in a digest of this reader that went out, or still will."""
    rows = db.exec(
        select(DigestItem.lead_id, func.min(DigestRun.local_date))
        .join(DigestRun, col(DigestRun.id) == DigestItem.run_id)
        .where(
            DigestRun.subscription_id == subscription.id,
            col(DigestRun.state).in_((RunState.SENT, RunState.WAITING, RunState.READ)),
            col(DigestItem.lead_id).is_not(None),
        )
        .group_by(col(DigestItem.lead_id))
    )
    return {lead_id: first for lead_id, first in rows if lead_id is not None}


def _rejects(
    db: Session, user: User, wishes: Wishes, *, seed: str, config: Config, now: datetime
) -> tuple[str, ...]:
    """Return posts of late that were thrown away, drawn by chance; none with privacy.mode=eu.

    There no words of such posts are kept.
    """
    since = now - (timedelta(days=7) if wishes.rhythm is Rhythm.WEEKLY else timedelta(days=1))
    labelled = select(RejectLabel.post_id).where(RejectLabel.user_id == user.id)
    said_before = select(CrossPost.post_id)
    ids: Sequence[str] = db.exec(
        select(Post.id)
        .outerjoin(Signal, col(Signal.post_id) == Post.id)
        .where(
            col(Signal.id).is_(None),
            Post.fetched_at > since,
            func.length(Post.text) >= _LEAST_TO_READ,
            col(Post.id).not_in(labelled),
            col(Post.id).not_in(said_before),
        )
        .order_by(col(Post.id).desc())
        .limit(_MOST_REJECTS)
    ).all()
    return some_of(ids, most=config.settings.digest.rejects, seed=seed)


def items_of(chosen: Chosen, run_id: str) -> list[DigestItem]:
    """Return the rows of what was chosen, in the order in which it is shown."""
    kinds = (
        (e, ItemKind.EXPLORED if e.explores else ItemKind.RANKED) for e in chosen.choice.entries
    )
    leads = [(lead, kind) for entry, kind in kinds for lead in entry.leads]
    items = [
        DigestItem(
            run_id=run_id, position=number, kind=kind, lead_id=lead.lead_id, score=lead.score
        )
        for number, (lead, kind) in enumerate(leads, start=1)
    ]
    for post_id in chosen.rejects:
        items.append(
            DigestItem(
                run_id=run_id, position=len(items) + 1, kind=ItemKind.REJECT, post_id=post_id
            )
        )
    return items
