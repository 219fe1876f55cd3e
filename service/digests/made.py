"""Digests to look at: of a run as it was written down, or of this moment without one."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from config import Config
from models.attention import AttentionItem, AttentionShown
from models.digest import DigestItem, DigestRun, DigestSubscription
from models.digest_words import RunState
from models.people import User
from service.digests.choosing import choose_for, items_of, still_waiting
from service.digests.digest import Digest, put_together
from service.digests.readers import find_reader, wishes_of
from service.digests.use import Use, use_of
from service.times import zone_of

_NO_RUN = ""


def preview(db: Session, handle: str, *, config: Config, now: datetime) -> Digest:
    """Return the digest that the user ``handle`` would get now; nothing is written.

    Raises:
        NotFoundError: nobody has that handle.
    """
    user = find_reader(db, handle)
    subscription = db.exec(
        select(DigestSubscription).where(DigestSubscription.user_id == user.id)
    ).first() or DigestSubscription(user_id=user.id, created_at=now)
    today = now.astimezone(zone_of(user.tz)).date()
    wishes = wishes_of(subscription, user, config.settings.digest)
    chosen = choose_for(db, user, subscription, wishes, on=today, config=config, now=now)
    return put_together(
        db,
        user,
        items_of(chosen, _NO_RUN),
        chosen.attention,
        rhythm=wishes.rhythm,
        not_shown=chosen.choice.not_shown,
        first_shown={
            lead.lead_id: lead.first_shown
            for entry in chosen.choice.entries
            for lead in entry.leads
            if lead.first_shown is not None
        },
        use=use_of(db, subscription, today),
        at=now,
        config=config,
    )


def of_run(
    db: Session,
    run: DigestRun,
    subscription: DigestSubscription,
    user: User,
    *,
    config: Config,
    now: datetime,
) -> Digest:
    """Return what ``run`` holds, without what was dealt with since it was written down.

    A lead that somebody else has by now is none of the reader's either, nor one that sleeps.
    """
    items = db.exec(
        select(DigestItem).where(DigestItem.run_id == run.id).order_by(col(DigestItem.position))
    ).all()
    held = [item.lead_id for item in items if item.lead_id]
    waiting = still_waiting(db, user, held, config=config, now=now)
    items = [item for item in items if item.lead_id is None or item.lead_id in waiting]
    notices = db.exec(
        select(AttentionItem)
        .join(AttentionShown, col(AttentionShown.item_id) == AttentionItem.id)
        .where(AttentionShown.run_id == run.id, col(AttentionItem.resolved_at).is_(None))
        .order_by(col(AttentionItem.opened_at), AttentionItem.id)
    ).all()
    says_how_it_went = _is_first_of_week(db, run, subscription)
    return put_together(
        db,
        user,
        items,
        notices,
        rhythm=wishes_of(subscription, user, config.settings.digest).rhythm,
        not_shown=run.not_shown,
        first_shown=first_shown_of(db, run, subscription),
        use=use_of(db, subscription, run.local_date) if says_how_it_went else Use(),
        at=now,
        config=config,
    )


def first_shown_of(
    db: Session, run: DigestRun, subscription: DigestSubscription
) -> dict[str, date]:
    """Return when leads of ``run`` were first in another digest that went out, or was read."""
    held = select(DigestItem.lead_id).where(DigestItem.run_id == run.id)
    rows = db.exec(
        select(DigestItem.lead_id, func.min(DigestRun.local_date))
        .join(DigestRun, col(DigestRun.id) == DigestItem.run_id)
        .where(
            DigestRun.subscription_id == subscription.id,
            col(DigestRun.state).in_((RunState.SENT, RunState.READ)),
            DigestRun.id != run.id,
            col(DigestItem.lead_id).in_(held),
        )
        .group_by(col(DigestItem.lead_id))
    )
    return {lead_id: first for lead_id, first in rows if lead_id is not None}


def _is_first_of_week(db: Session, run: DigestRun, subscription: DigestSubscription) -> bool:
    monday = run.local_date - timedelta(days=run.local_date.weekday())
    earlier = db.exec(
        select(func.count())
        .select_from(DigestRun)
        .where(
            DigestRun.subscription_id == subscription.id,
            DigestRun.local_date >= monday,
            DigestRun.state == RunState.SENT,
            DigestRun.id != run.id,
        )
    ).one()
    return earlier == 0
