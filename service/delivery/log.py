"""What was sent and what was not, for a person to see and to have sent again."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from config.channels import EndpointSpec
from models.delivery import Delivery, DeliveryState, Endpoint
from service.delivery.endpoints import enable
from service.errors import NotFoundError, RefusedError
from service.unknown import unknown

#: Attempts in a row that fail, until it is more than a hiccup.
_FAILS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLine:
    """How an endpoint fares."""

    id: str
    kind: str
    state: str  # ok, failing, disabled, off
    waiting: int
    dead: int
    last_sent_at: datetime | None
    problem: str | None
    failures: int = 0  # attempts in a row, since the last success

    def as_json(self) -> dict[str, object]:
        """Return the object that `harken deliveries endpoints --json` prints."""
        return {
            "endpoint": self.id,
            "kind": self.kind,
            "state": self.state,
            "waiting": self.waiting,
            "dead": self.dead,
            "last_sent": self.last_sent_at,
            "problem": self.problem,
        }


def line_of(delivery: Delivery) -> dict[str, object]:
    """Return the object that `harken deliveries list --json` prints."""
    return {
        "id": delivery.id,
        "endpoint": delivery.endpoint_id,
        "event": delivery.kind,
        "about": delivery.subject_id,
        "happened": delivery.happened_at,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "next_attempt": (
            delivery.next_attempt_at if delivery.state is DeliveryState.PENDING else None
        ),
        "ended": delivery.ended_at,
        "status": delivery.last_status,
        "problem": delivery.last_problem,
        "tried": delivery.tried,
    }


def list_deliveries(
    db: Session,
    *,
    states: Collection[DeliveryState] = (),
    endpoint: str | None = None,
    most: int = 100,
) -> list[Delivery]:
    """Return deliveries, newest event first."""
    wanted = select(Delivery).order_by(col(Delivery.outbox_id).desc(), Delivery.id).limit(most)
    if states:
        wanted = wanted.where(col(Delivery.state).in_(sorted(states)))
    if endpoint is not None:
        wanted = wanted.where(Delivery.endpoint_id == endpoint)
    return list(db.exec(wanted))


def list_endpoints(db: Session) -> list[EndpointLine]:
    """Return how each endpoint fares, by name."""
    counts = _counts(db)
    return [
        EndpointLine(
            id=row.id,
            kind=row.kind.value,
            state=_state(row),
            waiting=counts.get((row.id, DeliveryState.PENDING), 0),
            dead=counts.get((row.id, DeliveryState.DEAD), 0),
            last_sent_at=row.last_sent_at,
            problem=row.disabled_reason or row.last_problem,
            failures=row.fail_count,
        )
        for row in db.exec(select(Endpoint).order_by(Endpoint.id))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What somebody should do something about, of an endpoint."""

    endpoint: str
    is_disabled: bool
    is_passing: bool  # it began a moment ago, and may be over by itself
    words: str


def troubles(db: Session) -> Iterator[Trouble]:
    """Yield what somebody should do something about; of an endpoint one thing or two."""
    for line in list_endpoints(db):
        if line.state == "disabled":
            words = f"nothing is sent to {line.id}: {line.problem}"
            yield Trouble(endpoint=line.id, is_disabled=True, is_passing=False, words=words)
        elif line.state == "failing":
            words = f"{line.id} fails, and {line.waiting} wait for it: {line.problem}"
            passing = line.failures < _FAILS
            yield Trouble(endpoint=line.id, is_disabled=False, is_passing=passing, words=words)
        if line.dead:
            words = (
                f"{line.dead} deliveries to {line.id} were given up: look at them with `harken "
                f"deliveries list --state dead`, send them again with `harken deliveries retry "
                f"--endpoint {line.id}`"
            )
            yield Trouble(endpoint=line.id, is_disabled=False, is_passing=False, words=words)


def retry_one(db: Session, id_: str, *, now: datetime) -> None:
    """Have a delivery sent again, whatever became of it; it keeps its id.

    Raises:
        NotFoundError: there is none.
        RefusedError: it was withheld, since it is about somebody who must be left alone.
    """
    delivery = db.get(Delivery, id_)
    if delivery is None:
        raise NotFoundError(f"there is no delivery {id_!r}; see `harken deliveries list`")
    if delivery.state is DeliveryState.WITHHELD:
        raise RefusedError("it was withheld: it is about somebody who must be left alone")
    _again(db, [delivery.id], now=now)


def retry_dead(
    db: Session, endpoint_id: str, *, specs: Mapping[str, EndpointSpec], now: datetime
) -> int:
    """Give an endpoint a new chance, and all that it was not told; return how many those are.

    Raises:
        NotFoundError: there is no such endpoint.
        RefusedError: nothing may be sent there as it is set up.
    """
    row = db.get(Endpoint, endpoint_id)
    if row is None or endpoint_id not in specs:
        raise unknown("endpoint", endpoint_id, specs)
    if not row.address_hash:
        raise RefusedError(f"nothing can be sent to {endpoint_id}: {row.disabled_reason}")
    enable(row, now=now)
    db.add(row)
    dead = select(Delivery.id).where(
        Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.DEAD
    )
    return _again(db, db.exec(dead).all(), now=now)


def _again(db: Session, ids: Collection[str], *, now: datetime) -> int:
    rest = sorted(ids)
    while rest:
        chunk, rest = rest[:400], rest[400:]
        db.connection().execute(
            update(Delivery)
            .where(col(Delivery.id).in_(chunk))
            .values(
                state=DeliveryState.PENDING,
                attempts=0,
                next_attempt_at=now,
                ended_at=None,
                batch_id=None,
            )
        )
    return len(ids)


def _counts(db: Session) -> Mapping[tuple[str, DeliveryState], int]:
    rows = db.exec(
        select(Delivery.endpoint_id, Delivery.state, func.count())
        .where(col(Delivery.state).in_([DeliveryState.PENDING, DeliveryState.DEAD]))
        .group_by(Delivery.endpoint_id, Delivery.state)
    )
    return {(endpoint, DeliveryState(state)): count for endpoint, state, count in rows}


def _state(row: Endpoint) -> str:
    if not row.active:
        return "off"
    if row.disabled_at is not None:
        return "disabled"
    return "failing" if row.last_problem else "ok"
