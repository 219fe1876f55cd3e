"""Send what was written down: at least once, under the same Message-ID, and not for ever.

A row says that somebody is sending it, for a few minutes. Whoever dies meanwhile leaves the row to
the next; a mail that got out all the same comes a second time with the id of the first.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Self

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from config import Config
from models.clock import Clock
from models.digest import DigestItem, DigestRun, DigestSubscription
from models.digest_words import RunState
from models.people import User
from service.address import reached_at
from service.digests.digest import Digest
from service.digests.html import as_html
from service.digests.links import Links, Signer
from service.digests.made import of_run
from service.digests.readers import wishes_of
from service.digests.text import as_text
from service.house import House
from service.leads.ledger import emit, take_turn
from service.mail.addresses import note_delivery, note_refusal
from service.mail.errors import AddressRefusedError, MailError, MailLaterError
from service.mail.message import Letter, write
from service.mail.smtp import longest, send
from service.rules.digest_times import is_quiet, quiet_until
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=1)  # beside what the server may take
_SIDE_BY_SIDE = 4
_PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
_LONGEST_WAIT = timedelta(hours=25)  # quiet hours, on a day that has an hour more
#: A day has room for eleven tries. What was begun so often and never ended kills its senders.
_MOST_TRIES = 24
#: After this time the digest of the next day says it better.
_GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """What sending takes."""

    engine: Engine
    config: Config
    secret: bytes
    clock: Clock
    base_url: str

    @classmethod
    def of(cls, house: House) -> Self:
        """Return the mailroom of an installation, as it is reached at present."""
        return cls(
            engine=house.engine,
            config=house.config,
            secret=house.secret,
            clock=house.clock,
            base_url=reached_at(house.config.settings, house.folder),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A digest that this process sends, and nobody else for a while."""

    run_id: str
    attempt: int  # which one: a later one makes this one's word worthless
    address: str
    letter: Letter


async def send_waiting(mailroom: Mailroom) -> int:
    """Send every digest whose time has come, a few at once; return how many got out."""
    if not mailroom.config.settings.mail.is_on:
        return 0
    results = await asyncio.gather(*(_carry(mailroom) for _ in range(_SIDE_BY_SIDE)))
    if sent := sum(results):
        logger.info("digests sent", extra={"sent": sent})
    return sent


async def send_now(mailroom: Mailroom, run_id: str) -> RunState:
    """Try to send one digest at once, whoever else tries; return what became of it.

    Raises:
        MailError: the server did not take it; it may be tried again later.
    """
    ready = await asyncio.to_thread(_take, mailroom, run_id)
    if ready is not None:
        error = await _deliver(mailroom, ready)
        if error is not None:
            raise error
    with reading(mailroom.engine) as db:
        return db.get_one(DigestRun, run_id).state


async def _carry(mailroom: Mailroom) -> int:
    """Send one after the other; a server that takes nothing now is left alone for this round."""
    sent = 0
    while (ready := await asyncio.to_thread(_take, mailroom)) is not None:
        error = await _deliver(mailroom, ready)
        if error is not None:
            about = {"run": ready.run_id, "attempt": ready.attempt, "problem": str(error)}
            logger.warning("a digest did not get out", extra=about)
        if isinstance(error, MailLaterError):
            break
        sent += error is None
    return sent


async def _deliver(mailroom: Mailroom, ready: Ready) -> MailError | None:
    error: MailError | None = None
    try:
        message: EmailMessage = write(ready.letter)
        await send(message, mailroom.config.settings.mail)
    except MailError as problem:
        error = problem
    await asyncio.to_thread(_settle, mailroom, ready, error)
    return error


def _take(mailroom: Mailroom, run_id: str | None = None) -> Ready | None:
    """Return the next digest to send as a letter; what can be none any more ends on the way."""
    while (run := _lease(mailroom, run_id)) is not None:
        with reading(mailroom.engine) as db:
            subscription = db.get_one(DigestSubscription, run.subscription_id)
            user = db.get_one(User, subscription.user_id)
            digest = of_run(
                db, run, subscription, user, config=mailroom.config, now=mailroom.clock.now()
            )
            held = db.exec(select(DigestItem).where(DigestItem.run_id == run.id).limit(1)).first()
            plan = wishes_of(subscription, user, mailroom.config.settings.digest).plan
            quiet_ends = quiet_until(plan, mailroom.clock.now())
        if not user.active or user.email is None:
            _end(mailroom, run, RunState.DEAD, "there is nobody any more to send it to")
        elif run.attempts > _MOST_TRIES:
            _end(mailroom, run, RunState.DEAD, "every attempt to send it broke off")
        elif run_id is None and is_quiet(plan, mailroom.clock.now()):
            _put_off(mailroom, run, quiet_ends)  # nobody is woken by what a server was late with
        elif held is not None and not (digest.entries or digest.notices or digest.rejects):
            _end(mailroom, run, RunState.SILENT, None)  # all of it was dealt with meanwhile
        else:
            return Ready(
                run_id=run.id,
                attempt=run.attempts,
                address=user.email,
                letter=_letter(mailroom, run, subscription, user, user.email, digest),
            )
        run_id = None if run_id is None else ""  # it had its turn
    return None


def _lease(mailroom: Mailroom, run_id: str | None) -> DigestRun | None:
    now = mailroom.clock.now()
    lasts = _LEASE + longest(mailroom.config.settings.mail)
    # What is further ahead than anybody puts it was written while the clock was wrong.
    lease, try_at = col(DigestRun.lease_until), col(DigestRun.next_try_at)
    due = (
        or_(try_at <= now, try_at > now + _LONGEST_WAIT),
        or_(lease.is_(None), lease <= now, lease > now + lasts),
    )
    which = due if run_id is None else (col(DigestRun.id) == run_id,)
    with writing(mailroom.engine) as db:
        run = db.exec(
            select(DigestRun)
            .where(DigestRun.state == RunState.WAITING, *which)
            .order_by(col(DigestRun.next_try_at), DigestRun.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if run is not None:
            run.lease_until = now + lasts
            run.attempts += 1
            db.add(run)
    return run


def _letter(
    mailroom: Mailroom,
    run: DigestRun,
    subscription: DigestSubscription,
    user: User,
    address: str,
    digest: Digest,
) -> Letter:
    settings = mailroom.config.settings
    links = links_for(mailroom, user, subscription, at=run.created_at)
    return Letter(
        to=address,
        to_name=user.name,
        sender=settings.mail.sender or "",
        sender_name=settings.name,
        subject=f"{digest.headline} · {digest.made_at:%a %-d %b}",
        text=as_text(digest, links),
        html=as_html(digest, links),
        message_id=run.message_id,
        at=run.created_at.astimezone(digest.made_at.tzinfo),
        unsubscribe_url=links.unsubscribe(),
    )


def links_for(
    mailroom: Mailroom, user: User, subscription: DigestSubscription, *, at: datetime
) -> Links:
    """Return the links of a digest of ``user`` that was made at ``at``, with its buttons."""
    lasts = timedelta(days=mailroom.config.settings.digest.link_days)
    signer = Signer(
        secret=mailroom.secret,
        user_id=user.id,
        subscription_id=subscription.id,
        until=at + lasts,
    )
    return Links(base_url=mailroom.base_url, signer=signer)


def _settle(mailroom: Mailroom, ready: Ready, error: MailError | None) -> None:
    """Write how it went, unless somebody has tried it again since."""
    now = mailroom.clock.now()
    with writing(mailroom.engine) as db:
        take_turn(db)
        run = db.get_one(DigestRun, ready.run_id, with_for_update=True)
        if run.state is not RunState.WAITING or run.attempts != ready.attempt:
            return
        run.lease_until = None
        run.sent_to = ready.address
        db.add(run)
        if error is None:
            run.state, run.sent_at, run.problem = RunState.SENT, now, None
            note_delivery(db, ready.address)
            _tell(db, run, now)
            return
        run.problem = str(error)
        if isinstance(error, MailLaterError) and now - run.created_at < _GIVE_UP:
            run.next_try_at = now + _PAUSES[min(run.attempts, len(_PAUSES)) - 1]
        else:
            run.state = RunState.DEAD
        if isinstance(error, AddressRefusedError):
            after = mailroom.config.settings.mail.bounces_after
            note_refusal(db, ready.address, reason=str(error), after=after, now=now)


def _tell(db: Session, run: DigestRun, now: datetime) -> None:
    subscription = db.get_one(DigestSubscription, run.subscription_id)
    told = {"user_id": subscription.user_id, "local_date": run.local_date.isoformat()}
    emit(db, "digest.sent", run.id, now, dict(told))


def _put_off(mailroom: Mailroom, run: DigestRun, until: datetime) -> None:
    with writing(mailroom.engine) as db:
        row = db.get_one(DigestRun, run.id)
        row.next_try_at, row.lease_until = until, None
        row.attempts -= 1  # it was none
        db.add(row)


def _end(mailroom: Mailroom, run: DigestRun, state: RunState, problem: str | None) -> None:
    with writing(mailroom.engine) as db:
        row = db.get_one(DigestRun, run.id)
        row.state, row.problem, row.lease_until = state, problem, None
        db.add(row)
