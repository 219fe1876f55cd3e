"""From the outbox to deliveries: who hears of what.

An event is planned once, in the transaction that notes so. What was planned twice all the same,
after a restore say, changes nothing: a delivery's id follows from its event and its endpoint.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, select

from config.channels import EndpointSpec
from models.delivery import Delivery, DeliveryState, Endpoint
from models.lead import Lead
from models.ledger import Outbox
from service.exports.told import may_leave
from service.rules.delivery import LONGEST, Event, hears

MOST = 500  # events in a step: it holds the write lock

#: Tells others to forget, in ids only; this is due to them even when the lead is gone.
ABOUT_NOBODY = frozenset({"lead.erased", "lead.merged"})
#: How long the log of what was sent is kept, and the events behind it.
KEPT = timedelta(days=30)


def message_id(outbox_id: str, endpoint_id: str) -> str:
    """Return the webhook-id of an event for an endpoint: the same whoever asks, without a dot."""
    both = f"{outbox_id}\n{endpoint_id}".encode()
    return f"msg_{hashlib.sha256(both).hexdigest()[:32]}"


def plan(
    db: Session,
    specs: Mapping[str, EndpointSpec],
    *,
    secret: bytes,
    now: datetime,
    most: int = MOST,
) -> int:
    """Write the deliveries of events that nobody has looked at yet; return how many events.

    Endpoints that are switched off or disabled hear of nothing that happens meanwhile.
    """
    events = db.exec(
        select(Outbox)
        .where(col(Outbox.planned_at).is_(None))
        .order_by(col(Outbox.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if not events:
        return 0
    listening = _listening(db, specs)
    leads: Mapping[str, tuple[str | None, float | None]] = _leads(db, events)
    allowed = may_leave(db, leads, secret=secret) if listening else frozenset()
    made: list[Mapping[str, object]] = []
    for event in events:
        is_about_somebody = event.kind.startswith("lead.") and event.kind not in ABOUT_NOBODY
        if is_about_somebody and event.subject_id not in allowed:
            continue
        topic, score = leads.get(event.subject_id, (None, None))
        told = Event(kind=event.kind, topic=topic, score=score)
        made += [_delivery(event, spec.id, now) for spec in listening if hears(spec, told)]
    _write(db, made)
    seen = [event.id for event in events]
    db.connection().execute(update(Outbox).where(col(Outbox.id).in_(seen)).values(planned_at=now))
    return len(events)


def give_up(db: Session, *, now: datetime) -> int:
    """Write off what has waited too long at an endpoint out of order; forget what is long over."""
    late = (
        update(Delivery)
        .where(
            col(Delivery.state) == DeliveryState.PENDING,
            col(Delivery.next_attempt_at) < now - LONGEST,
        )
        .values(
            state=DeliveryState.DEAD,
            ended_at=now,
            last_problem="its endpoint was out of order for more than three days",
        )
    )
    over = delete(Delivery).where(
        col(Delivery.state).in_([DeliveryState.SENT, DeliveryState.WITHHELD]),
        col(Delivery.ended_at) < now - KEPT,
    )
    dead = db.connection().execute(late).rowcount
    db.connection().execute(over)
    return dead


def forget_told(db: Session, *, now: datetime, most: int = MOST) -> int:
    """Forget events whose deliveries were planned long ago, but for those not yet told.

    Returns how many. Without it the outbox would grow for ever: nobody looks into it again.
    """
    owed = select(Delivery.outbox_id).where(
        col(Delivery.state).in_([DeliveryState.PENDING, DeliveryState.DEAD])
    )
    over = db.exec(
        select(Outbox.id)
        .where(
            col(Outbox.planned_at) < now - KEPT,
            col(Outbox.created_at) < now - KEPT,
            col(Outbox.id).not_in(owed),
        )
        .order_by(col(Outbox.id))
        .limit(most)
    ).all()
    if over:
        db.connection().execute(delete(Outbox).where(col(Outbox.id).in_(over)))
    return len(over)


def _listening(db: Session, specs: Mapping[str, EndpointSpec]) -> Sequence[EndpointSpec]:
    rows = db.exec(
        select(Endpoint.id).where(
            col(Endpoint.active).is_(True), col(Endpoint.disabled_at).is_(None)
        )
    ).all()
    return [specs[id_] for id_ in rows if id_ in specs]


def _leads(db: Session, events: Sequence[Outbox]) -> Mapping[str, tuple[str | None, float | None]]:
    """Return topic and score of the leads that events are about, by id."""
    ids = sorted({event.subject_id for event in events if event.kind.startswith("lead.")})
    rows = db.exec(select(Lead.id, Lead.topic_id, Lead.score).where(col(Lead.id).in_(ids)))
    return {id_: (topic, score) for id_, topic, score in rows}


def _delivery(event: Outbox, endpoint_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": message_id(event.id, endpoint_id),
        "endpoint_id": endpoint_id,
        "outbox_id": event.id,
        "kind": event.kind,
        "subject_id": event.subject_id,
        "payload": event.payload,
        "happened_at": event.created_at,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "next_attempt_at": now,
        "tried": [],
    }


def _write(db: Session, made: Sequence[Mapping[str, object]]) -> None:
    """Write those that are not there yet, as plain rows: objects would take ten times as long."""
    there: set[object] = set()
    for start in range(0, len(made), MOST):
        ids = [str(row["id"]) for row in made[start : start + MOST]]
        found: Sequence[str] = db.exec(select(Delivery.id).where(col(Delivery.id).in_(ids))).all()
        there.update(found)
    if fresh := [row for row in made if row["id"] not in there]:
        db.connection().execute(insert(Delivery), fresh)
