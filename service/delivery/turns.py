"""Whose turn it is: who sends to an endpoint, and what goes there next.

An endpoint is leased as a whole, so that no two workers send the same thing and its rate is kept
by one. A killed worker's lease ends by itself; what it had sent without a note of it is sent again
under the same id.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from config.channels import EndpointSpec
from models.delivery import Delivery, DeliveryState, Endpoint
from models.ids import new_id
from models.lead import Lead
from service.delivery.news import NAMED, News
from service.delivery.payloads import body_of, packed
from service.delivery.planning import ABOUT_NOBODY
from service.delivery.slack import slack_message
from service.delivery.teams import teams_message
from service.exports.told import ToldLead, may_leave, read_told
from service.rules.delivery import FARTHEST, HELD_BACK, order

#: Longer than one attempt may take with the wait before it.
LEASE = timedelta(seconds=60)
#: A worker waits so long for an endpoint's next turn; for a later one it comes back.
PATIENCE = timedelta(seconds=2)

_LOOKED_AT = 3 * NAMED  # leads that may be named; of a merged one nothing is left to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The right to send to an endpoint."""

    endpoint_id: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent next."""

    id: str  # the webhook-id
    body: bytes
    send_at: datetime
    where: ColumnElement[bool]  # the deliveries that it makes good
    covers: int  # how many those are


def take_turns(
    db: Session, *, now: datetime, longest_rest: timedelta = FARTHEST
) -> tuple[Turn, ...]:
    """Lease every endpoint for which something is due and to which nobody sends.

    Of several that write into one channel one has its turn: the channel's rate is theirs together.
    What is put off for longer than ``longest_rest`` was put off by a clock that was wrong.
    """
    waiting = exists().where(col(Delivery.endpoint_id) == col(Endpoint.id), _is_due(now))
    rests_until = col(Endpoint.next_send_at)
    rows = db.exec(
        select(Endpoint)
        .where(
            col(Endpoint.active).is_(True),
            col(Endpoint.disabled_at).is_(None),
            or_(rests_until <= now + PATIENCE, rests_until > now + longest_rest),
            ~_is_leased(now),
            waiting,
        )
        .order_by(Endpoint.id)
        .with_for_update(skip_locked=True, of=Endpoint)
    ).all()
    busy = _busy_channels(db, now)
    turns = []
    for row in rows:
        if row.kind.is_read_by_people:
            if row.address_hash in busy:
                continue
            busy.add(row.address_hash)
        if row.next_send_at > now + longest_rest:
            row.next_send_at = now
        row.lease_token, row.lease_until = secrets.token_hex(8), now + LEASE
        db.add(row)
        turns.append(Turn(endpoint_id=row.id, token=row.lease_token))
    return tuple(turns)


def keep_rate(db: Session, row: Endpoint, *, until: datetime) -> None:
    """Let the others that write into the same channel rest until then, too."""
    db.connection().execute(
        update(Endpoint)
        .where(
            col(Endpoint.address_hash) == row.address_hash,
            col(Endpoint.id) != row.id,
            col(Endpoint.next_send_at) < until,
        )
        .values(next_send_at=until)
    )


def held(db: Session, turn: Turn, *, now: datetime) -> Endpoint | None:
    """Return the endpoint's row for writing and renew the lease; None when another has it."""
    row = db.get(Endpoint, turn.endpoint_id, with_for_update=True, populate_existing=True)
    if row is None or row.lease_token != turn.token:
        return None
    row.lease_until = now + LEASE
    db.add(row)
    return row


def end_turn(db: Session, turn: Turn) -> None:
    """Let go of an endpoint."""
    db.connection().execute(
        update(Endpoint)
        .where(col(Endpoint.id) == turn.endpoint_id, col(Endpoint.lease_token) == turn.token)
        .values(lease_token=None, lease_until=None)
    )


def next_message(
    db: Session, turn: Turn, spec: EndpointSpec, *, base_url: str, secret: bytes, now: datetime
) -> Message | None:
    """Return what goes to an endpoint next, or None when nothing is due or it isn't our turn.

    What is about somebody who must be left alone by now is withheld.
    """
    row = held(db, turn, now=now)
    if row is None or row.disabled_at is not None or row.next_send_at > now + PATIENCE:
        return None
    if spec.kind.is_read_by_people:
        return _next_news(db, row, base_url=base_url, secret=secret, now=now)
    return _next_event(db, row, spec, secret=secret, now=now)


# --- programs: an event, a message -----------------------------------------------------------


def _next_event(
    db: Session, row: Endpoint, spec: EndpointSpec, *, secret: bytes, now: datetime
) -> Message | None:
    earlier = aliased(Delivery)
    waits_for_another = exists().where(
        col(earlier.endpoint_id) == col(Delivery.endpoint_id),
        col(earlier.subject_id) == col(Delivery.subject_id),
        col(earlier.state) == DeliveryState.PENDING,
        col(earlier.outbox_id) < col(Delivery.outbox_id),
        col(earlier.attempts) <= HELD_BACK,
    )
    wanted = (
        select(Delivery)
        .where(Delivery.endpoint_id == row.id, _is_due(now), ~waits_for_another)
        .order_by(col(Delivery.next_attempt_at), col(Delivery.outbox_id))
        .limit(1)
    )
    while (delivery := db.exec(wanted).first()) is not None:
        leads = _told_of(db, delivery, secret)
        if leads is not None:
            return Message(
                id=delivery.id,
                body=body_of(delivery, leads.get(delivery.subject_id), shape=spec.shape),
                send_at=max(row.next_send_at, now),
                where=col(Delivery.id) == delivery.id,
                covers=1,
            )
        delivery.state, delivery.ended_at = DeliveryState.WITHHELD, now
        db.add(delivery)
        db.flush()
    return None


def _told_of(db: Session, delivery: Delivery, secret: bytes) -> Mapping[str, ToldLead] | None:
    """Return the lead that a delivery is about, if it is; None when it must not leave."""
    if not delivery.kind.startswith("lead."):
        return {}
    told = read_told(db, [delivery.subject_id], secret=secret)
    return told if told or delivery.kind in ABOUT_NOBODY else None


# --- people: one message for all that waits --------------------------------------------------


def _next_news(
    db: Session, row: Endpoint, *, base_url: str, secret: bytes, now: datetime
) -> Message | None:
    batch = _batch(db, row.id, now)
    if batch is None:
        return None
    within = and_(col(Delivery.batch_id) == batch, col(Delivery.state) == DeliveryState.PENDING)
    about = _withhold(db, within, secret, now)
    counts = dict(
        db.exec(select(Delivery.kind, func.count()).where(within).group_by(Delivery.kind)).all()
    )
    if not counts:
        return None
    leads = _named(db, within, secret)
    news = News(
        counts={kind: counts[kind] for kind in order(list(counts))},
        leads=leads,
        more=max(about - len(leads), 0),
        base_url=base_url,
    )
    tell = slack_message if row.kind.value == "slack" else teams_message
    return Message(
        id=batch,
        body=packed(tell(news)),
        send_at=max(row.next_send_at, now),
        where=within,
        covers=sum(counts.values()),
    )


def _batch(db: Session, endpoint_id: str, now: datetime) -> str | None:
    """Return the batch that is due: one that failed before, else all that waits, as a new one."""
    of_endpoint = col(Delivery.endpoint_id) == endpoint_id
    again = db.exec(
        select(Delivery.batch_id)
        .where(of_endpoint, _is_due(now), col(Delivery.batch_id).is_not(None))
        .order_by(col(Delivery.next_attempt_at), col(Delivery.batch_id))
        .limit(1)
    ).first()
    if again is not None:
        return again
    batch = new_id()
    fresh = update(Delivery).where(of_endpoint, _is_due(now), col(Delivery.batch_id).is_(None))
    taken = db.connection().execute(fresh.values(batch_id=batch)).rowcount
    return batch if taken else None


def _withhold(db: Session, within: ColumnElement[bool], secret: bytes, now: datetime) -> int:
    """Take out of a batch whom it must not tell of; return how many leads it is about then."""
    is_about_somebody = and_(
        col(Delivery.kind).startswith("lead."), col(Delivery.kind).not_in(ABOUT_NOBODY)
    )
    of_leads = select(Delivery.subject_id).where(within, is_about_somebody).distinct()
    subjects = db.exec(of_leads).all()
    allowed = may_leave(db, subjects, secret=secret)
    for refused in sorted(set(subjects) - allowed):
        db.connection().execute(
            update(Delivery)
            .where(within, is_about_somebody, col(Delivery.subject_id) == refused)
            .values(state=DeliveryState.WITHHELD, ended_at=now)
        )
    return len(allowed)


def _named(db: Session, within: ColumnElement[bool], secret: bytes) -> list[ToldLead]:
    """Return the best leads of a batch."""
    subjects = select(Delivery.subject_id).where(within, col(Delivery.kind).startswith("lead."))
    best = db.exec(
        select(Lead.id)
        .where(col(Lead.id).in_(subjects))
        .order_by(col(Lead.score).desc(), Lead.id)
        .limit(_LOOKED_AT)
    ).all()
    told = read_told(db, best, secret=secret)
    return [told[id_] for id_ in best if id_ in told][:NAMED]


def _is_due(now: datetime) -> ColumnElement[bool]:
    pending, at = col(Delivery.state) == DeliveryState.PENDING, col(Delivery.next_attempt_at)
    return and_(pending, or_(at <= now, at > now + FARTHEST))


def _is_leased(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which somebody sends; no lease is longer than one of ours."""
    until = col(Endpoint.lease_until)
    return and_(until.is_not(None), until > now, until <= now + LEASE)


def _busy_channels(db: Session, now: datetime) -> set[str]:
    """Return the addresses of people's channels that somebody sends to."""
    leased = select(Endpoint).where(_is_leased(now))
    return {row.address_hash for row in db.exec(leased) if row.kind.is_read_by_people}
