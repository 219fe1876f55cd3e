"""The digest on the page: the one that was mailed today, else one that is written down to be read.

So that it can be finished, it is chosen once a day, like the mail; what is dealt with moves from
open to done. A digest that was read before its mail was due gives way to the mail, which holds
what is still open and what came since.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, delete, func, or_, select

from config import Config
from models.digest import DigestItem, DigestRun, DigestSubscription, RejectLabel
from models.digest_words import ItemKind, Rhythm, RunState
from models.inbox import TriageAct
from models.lead import Lead, StatusChange, Touchpoint
from models.people import User
from models.words import LeadStatus
from service.digests.choosing import choose_for, items_of, open_items_for, still_waiting
from service.digests.digest import Digest, put_together
from service.digests.made import first_shown_of
from service.digests.planning import message_id
from service.digests.readers import subscription_of, wishes_of
from service.digests.use import use_of
from service.leads.ledger import take_turn
from service.rules.digest_times import OF_THE_DAY, Occurrence, moment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A lead of the digest that its reader has dealt with, or that somebody else has."""

    lead_id: str
    title: str
    status: LeadStatus
    close_reason: str | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Today's digest as its reader finds it."""

    digest: Digest  # what is open
    revs: dict[str, int]  # of the leads in it, by id
    done: tuple[Done, ...]
    mailed_at: datetime | None  # None: it was not mailed
    labelled: int  # posts that were thrown away and have their label


def choose_today(db: Session, user: User, *, config: Config, now: datetime) -> None:
    """Write down what today's digest of ``user`` holds, unless it is."""
    take_turn(db)
    subscription = subscription_of(db, user, now=now)
    run = _run_of_today(db, user, subscription, config=config, now=now)
    if run is None or run.state is RunState.SILENT:
        _choose(db, user, subscription, run, config=config, now=now)


def read_today(db: Session, user: User, *, config: Config, now: datetime) -> Today | None:
    """Return today's digest of ``user``; None: it is not written down yet."""
    subscription = db.exec(
        select(DigestSubscription).where(DigestSubscription.user_id == user.id)
    ).first()
    if subscription is None:
        return None
    run = _run_of_today(db, user, subscription, config=config, now=now)
    if run is None or run.state is RunState.SILENT:
        return None
    items = db.exec(
        select(DigestItem).where(DigestItem.run_id == run.id).order_by(col(DigestItem.position))
    ).all()
    shown = [item.lead_id for item in items if item.lead_id]
    open_ids = still_waiting(db, user, shown, config=config, now=now)
    open_ids -= _decided(db, user, shown, since=run.created_at)
    posts = [item.post_id for item in items if item.post_id]
    labelled = set(
        db.exec(
            select(RejectLabel.post_id).where(
                RejectLabel.user_id == user.id, col(RejectLabel.post_id).in_(posts)
            )
        )
    )
    left = [item for item in items if item.lead_id in open_ids or _to_check(item, labelled)]
    today = now.astimezone(wishes_of(subscription, user, config.settings.digest).plan.tz).date()
    digest = put_together(
        db,
        user,
        left,
        open_items_for(db, user),
        rhythm=Rhythm.DAILY,
        not_shown=run.not_shown,
        first_shown=first_shown_of(db, run, subscription),
        use=use_of(db, subscription, today),
        at=now,
        config=config,
    )
    return Today(
        digest=digest,
        revs=dict(db.exec(select(Lead.id, Lead.rev).where(col(Lead.id).in_(open_ids))).all()),
        done=_done(db, [one for one in shown if one not in open_ids]),
        mailed_at=run.sent_at,
        labelled=len(labelled),
    )


def shown_to(db: Session, user_id: str, post_id: str) -> bool:
    """Tell whether a digest of that user held a post, to be labelled."""
    return (
        db.exec(
            select(DigestItem.run_id)
            .join(DigestRun, col(DigestRun.id) == DigestItem.run_id)
            .join(DigestSubscription, col(DigestSubscription.id) == DigestRun.subscription_id)
            .where(DigestSubscription.user_id == user_id, DigestItem.post_id == post_id)
            .limit(1)
        ).first()
        is not None
    )


def _to_check(item: DigestItem, labelled: Collection[str]) -> bool:
    return item.kind is ItemKind.REJECT and item.post_id not in labelled


def _run_of_today(
    db: Session, user: User, subscription: DigestSubscription, *, config: Config, now: datetime
) -> DigestRun | None:
    plan = wishes_of(subscription, user, config.settings.digest).plan
    return db.exec(
        select(DigestRun).where(
            DigestRun.subscription_id == subscription.id,
            DigestRun.local_date == now.astimezone(plan.tz).date(),
            DigestRun.slot == OF_THE_DAY,
        )
    ).first()


def _choose(
    db: Session,
    user: User,
    subscription: DigestSubscription,
    run: DigestRun | None,
    *,
    config: Config,
    now: datetime,
) -> None:
    wishes = wishes_of(subscription, user, config.settings.digest)
    plan = wishes.plan
    today = now.astimezone(plan.tz).date()
    due_at = moment_of(today, plan.at, plan.tz)
    if run is None:
        key = Occurrence(today, OF_THE_DAY, due_at)
        run = DigestRun(
            subscription_id=subscription.id,
            local_date=today,
            state=RunState.READ,
            message_id=message_id(subscription.id, key, sender=config.settings.mail.sender),
            due_at=due_at,
            created_at=now,
            next_try_at=now,
        )
    run.state, run.created_at = RunState.READ, now
    daily = replace(wishes, rhythm=Rhythm.DAILY)  # all that waits, not only the last hour's
    chosen = choose_for(db, user, subscription, daily, on=today, config=config, now=now)
    run.not_shown = chosen.choice.not_shown
    db.add(run)
    db.flush()
    db.exec(delete(DigestItem).where(col(DigestItem.run_id) == run.id))
    db.add_all(items_of(chosen, run.id))


def _decided(
    db: Session, user: User, lead_ids: Sequence[str], *, since: datetime
) -> frozenset[str]:
    """Return the leads that ``user`` moved or noted a contact on since then.

    What they took back is as if it had not been.
    """
    taken_back = (
        select(func.max(TriageAct.undone_at))
        .where(TriageAct.lead_id == StatusChange.lead_id, TriageAct.user_id == user.id)
        .correlate(StatusChange)
        .scalar_subquery()
    )
    moved = db.exec(
        select(StatusChange.lead_id).where(
            col(StatusChange.lead_id).in_(lead_ids),
            StatusChange.actor == user.id,
            StatusChange.at >= since,
            or_(taken_back.is_(None), col(StatusChange.at) > taken_back),
        )
    ).all()
    touched = db.exec(
        select(Touchpoint.lead_id).where(
            col(Touchpoint.lead_id).in_(lead_ids),
            Touchpoint.by_user_id == user.id,
            Touchpoint.at >= since,
        )
    ).all()
    return frozenset((*moved, *touched))


def _done(db: Session, lead_ids: Sequence[str]) -> tuple[Done, ...]:
    rows = {row.id: row for row in db.exec(select(Lead).where(col(Lead.id).in_(lead_ids)))}
    return tuple(
        Done(
            lead_id=row.id,
            title=row.title,
            status=row.status,
            close_reason=row.close_reason,
            rests_until=row.snoozed_until,
        )
        for row in (rows[one] for one in lead_ids if one in rows)
        if row.status is not LeadStatus.ERASED
    )
