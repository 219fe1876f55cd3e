"""Write down what is due: a digest is a row before it is a mail."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, delete, func, select

from config import Config
from models.attention import AttentionShown
from models.digest import DigestRun, DigestSubscription, MailAddress
from models.digest_words import RunState
from models.people import User
from service.digests.choosing import Chosen, choose_for, items_of
from service.digests.readers import (
    Wishes,
    find_reader,
    subscription_of,
    unsubscribed,
    wishes_of,
)
from service.errors import RefusedError
from service.leads.ledger import take_turn
from service.mail.message import domain_of
from service.rules.digest_times import OF_THE_DAY, Occurrence, latest
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

_LOCALHOST = "harken.invalid"  # of digests that are made without a mail server


def plan_due(engine: Engine, config: Config, *, now: datetime) -> int:
    """Write down every digest that is due and was not yet; return how many will be mailed.

    Without a mail server nothing is due: there is nowhere to send it.
    """
    if not config.settings.mail.is_on:
        return 0
    _subscribe_all(engine, now)
    with reading(engine) as db:
        due = list(_due(db, config, now))
    planned = 0
    for subscription, user, occurrence in due:
        with writing(engine) as db:
            take_turn(db)
            run = plan(db, subscription, user, occurrence, config=config, now=now)
            planned += run is not None and run.state is RunState.WAITING
    if planned:
        logger.info("digests planned", extra={"planned": planned})
    return planned


def plan(
    db: Session,
    subscription: DigestSubscription,
    user: User,
    occurrence: Occurrence,
    *,
    config: Config,
    now: datetime,
    anyway: bool = False,
) -> DigestRun | None:
    """Write down one digest, and give up earlier ones that never got out: it holds all of theirs.

    Args:
        db: the transaction, in which nobody else plans.
        subscription: whose it is.
        user: the same person.
        occurrence: its key.
        config: the installation's.
        now: the time.
        anyway: also when it is empty; somebody asks for it.

    Returns:
        None when it was written before; of those that come within a day also when it holds
        nothing, or the one before did not get out yet.
    """
    before = _run(db, subscription, occurrence)
    if before is not None:
        if not _gives_way(before):
            return None
        db.delete(before)
        db.flush()
    wishes = wishes_of(subscription, user, config.settings.digest)
    if occurrence.slot != OF_THE_DAY and _is_waiting(db, subscription):
        return None  # one after the other: a server that is down doesn't make them pile up
    _collapse(db, subscription, now)
    chosen = choose_for(
        db, user, subscription, wishes, on=occurrence.local_date, config=config, now=now
    )
    state = _state(chosen, wishes, anyway=anyway)
    if state is RunState.SILENT and occurrence.slot != OF_THE_DAY:
        return None  # its minutes were quiet; no need to remember that
    run = DigestRun(
        subscription_id=subscription.id,
        local_date=occurrence.local_date,
        slot=occurrence.slot,
        state=state,
        message_id=message_id(subscription.id, occurrence, sender=config.settings.mail.sender),
        due_at=occurrence.due_at,
        created_at=now,
        next_try_at=now,
        not_shown=chosen.choice.not_shown,
    )
    db.add(run)
    db.flush()
    if state is RunState.WAITING:
        _write_down(db, run, user, chosen)
    return run


def write_todays(
    engine: Engine, handle: str, *, config: Config, now: datetime
) -> tuple[DigestRun, User]:
    """Return today's digest of the user ``handle``, written down now if it was not, and the user.

    Somebody asks for it, so it is written also when it is empty, or was refused before.

    Raises:
        NotFoundError: nobody has that handle.
        RefusedError: there is no mail server, or the user has no address.
    """
    with writing(engine) as db:
        take_turn(db)
        user = find_reader(db, handle)
        if not config.settings.mail.is_on:
            raise RefusedError("no mail server is set: give [mail] in harken.toml a host")
        if user.email is None:
            raise RefusedError(f"{user.name} has no address: give them an email in teams.toml")
        subscription = subscription_of(db, user, now=now)
        plans = wishes_of(subscription, user, config.settings.digest).plan
        today = Occurrence(now.astimezone(plans.tz).date(), OF_THE_DAY, now)
        before = _run(db, subscription, today)
        if before is not None and before.state in {RunState.SENT, RunState.WAITING}:
            return before, user
        if before is not None:  # silent or refused: what is worth a look by now counts
            db.delete(before)
            db.flush()
        run = plan(db, subscription, user, today, config=config, now=now, anyway=True)
        if run is None:
            raise LookupError("a digest of the day is written, whatever it holds")
    return run, user


def message_id(subscription_id: str, occurrence: Occurrence, *, sender: str | None) -> str:
    """Return the Message-ID of a digest, the same however often it is sent.

    A mail program shows two mails of one id as one (security-and-privacy.md, R3).
    """
    key = f"{subscription_id}|{occurrence.local_date}|{occurrence.slot}"
    host = domain_of(sender) if sender else _LOCALHOST
    return f"{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}"


def _subscribe_all(engine: Engine, now: datetime) -> None:
    with reading(engine) as db:
        lacking = unsubscribed(db)
    if lacking:
        with writing(engine) as db:
            take_turn(db)
            for user in unsubscribed(db):
                subscription_of(db, user, now=now)


def _due(
    db: Session, config: Config, now: datetime
) -> Iterable[tuple[DigestSubscription, User, Occurrence]]:
    rows = db.exec(
        select(DigestSubscription, User)
        .join(User, col(User.id) == DigestSubscription.user_id)
        .outerjoin(MailAddress, col(MailAddress.address) == func.lower(User.email))
        .where(
            col(DigestSubscription.active),
            col(User.active),
            col(User.email).is_not(None),
            col(MailAddress.bouncing_since).is_(None),
        )
    ).all()
    found = [
        (subscription, user, occurrence)
        for subscription, user in rows
        if (occurrence := _latest(subscription, user, config, now)) is not None
    ]
    done = _done(db, since=now.date() - timedelta(days=9)) if found else frozenset()
    for subscription, user, occurrence in found:
        if (subscription.id, occurrence.local_date, occurrence.slot) not in done:
            yield subscription, user, occurrence


def _latest(
    subscription: DigestSubscription, user: User, config: Config, now: datetime
) -> Occurrence | None:
    return latest(wishes_of(subscription, user, config.settings.digest).plan, now)


def _done(db: Session, *, since: date) -> frozenset[tuple[str, date, int]]:
    rows = db.exec(
        select(
            col(DigestRun.subscription_id), col(DigestRun.local_date), col(DigestRun.slot)
        ).where(
            DigestRun.local_date >= since,
            or_(
                col(DigestRun.state) != RunState.READ,
                col(DigestRun.created_at) >= col(DigestRun.due_at),
            ),
        )
    )
    return frozenset((subscription, day, slot) for subscription, day, slot in rows)


def _gives_way(run: DigestRun) -> bool:
    """Tell whether a digest was only read on the page, before its mail was due."""
    return run.state is RunState.READ and run.created_at < run.due_at


def _run(
    db: Session, subscription: DigestSubscription, occurrence: Occurrence
) -> DigestRun | None:
    return db.exec(
        select(DigestRun).where(
            DigestRun.subscription_id == subscription.id,
            DigestRun.local_date == occurrence.local_date,
            DigestRun.slot == occurrence.slot,
        )
    ).first()


def _is_waiting(db: Session, subscription: DigestSubscription) -> bool:
    waiting = select(DigestRun.id).where(
        DigestRun.subscription_id == subscription.id, DigestRun.state == RunState.WAITING
    )
    return db.exec(waiting.limit(1)).first() is not None


def _collapse(db: Session, subscription: DigestSubscription, now: datetime) -> None:
    """Give up what waits for the mail server, unless it is just being sent."""
    waiting = db.exec(
        select(DigestRun).where(
            DigestRun.subscription_id == subscription.id, DigestRun.state == RunState.WAITING
        )
    ).all()
    for run in waiting:
        if run.lease_until is not None and run.lease_until > now:
            continue
        run.state, run.lease_until = RunState.COLLAPSED, None
        db.add(run)
        db.execute(delete(AttentionShown).where(col(AttentionShown.run_id) == run.id))
    db.flush()


def _state(chosen: Chosen, wishes: Wishes, *, anyway: bool) -> RunState:
    if not chosen.is_empty or anyway:
        return RunState.WAITING
    says_so = wishes.mail_when_empty and wishes.plan.every is None
    return RunState.WAITING if says_so else RunState.SILENT


def _write_down(db: Session, run: DigestRun, user: User, chosen: Chosen) -> None:
    db.add_all(items_of(chosen, run.id))
    db.add_all(
        AttentionShown(item_id=item.id, user_id=user.id, local_date=run.local_date, run_id=run.id)
        for item in chosen.attention
    )
    db.flush()
