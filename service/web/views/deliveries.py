"""What went to endpoints and what did not, for the page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.delivery import Delivery, DeliveryState
from service.delivery.log import EndpointLine, list_endpoints

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One event on its way to one endpoint."""

    id: str
    endpoint: str
    event: str
    subject_id: str
    happened_at: datetime
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    status: int | None
    problem: str | None
    may_be_sent_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLog:
    """A page of the log, with how each endpoint fares."""

    endpoints: tuple[EndpointLine, ...]
    lines: tuple[DeliveryLine, ...]
    page: int  # from 1
    pages: int


def read_log(
    db: Session, *, endpoint: str | None, state: DeliveryState | None, page: int
) -> DeliveryLog:
    """Return a page of what was sent, the newest event first; one behind the last is the last."""
    wanted: list[ColumnElement[bool]] = []
    if endpoint:
        wanted.append(col(Delivery.endpoint_id) == endpoint)
    if state:
        wanted.append(col(Delivery.state) == state)
    count = db.exec(select(func.count()).select_from(Delivery).where(*wanted)).one()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = db.exec(
        select(Delivery)
        .where(*wanted)
        .order_by(col(Delivery.outbox_id).desc(), Delivery.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return DeliveryLog(
        endpoints=tuple(list_endpoints(db)),
        lines=tuple(map(_line, rows)),
        page=page,
        pages=pages,
    )


def _line(row: Delivery) -> DeliveryLine:
    waits = row.state is DeliveryState.PENDING
    return DeliveryLine(
        id=row.id,
        endpoint=row.endpoint_id,
        event=row.kind,
        subject_id=row.subject_id,
        happened_at=row.happened_at,
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at if waits else None,
        status=row.last_status,
        problem=row.last_problem,
        may_be_sent_again=row.state in {DeliveryState.DEAD, DeliveryState.SENT},
    )
