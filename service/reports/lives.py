"""Fetch leads as the reports see them.

How far a lead got and where it was first heard are asked for each lead by themselves, through the
indexes on status_change.lead_id and lead_signal.lead_id: a report of twelve weeks then touches
these weeks' rows only, in a database of any age.
"""

from sqlalchemy import ColumnElement, ScalarSelect, case, func, select
from sqlmodel import Session, col

from models.lead import Lead, LeadSignal, StatusChange, Touchpoint
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus, TouchpointKind
from service.rules.lives import WAY, Life
from service.rules.money import Money
from service.rules.period import Period

NOWHERE = "-"


def within(column: object, period: Period) -> ColumnElement[bool]:
    """Return the condition that a moment lies in ``period``."""
    moment = col(column)
    return (moment >= period.start) & (moment < period.end)


def counts() -> ColumnElement[bool]:
    """Return the condition that a lead counts: a merged one does in its survivor."""
    return col(Lead.status) != LeadStatus.MERGED


def rank(status: object) -> ColumnElement[int]:
    """Return how far on its way a status is, in SQL; see ``service.rules.lives.WAY``."""
    return case({word.value: place for word, place in WAY.items()}, value=col(status), else_=0)


def furthest() -> ScalarSelect[int]:
    """Return how far a lead ever got."""
    return (
        select(func.coalesce(func.max(rank(StatusChange.to_status)), 0))
        .where(col(StatusChange.lead_id) == col(Lead.id))
        .correlate(Lead)
        .scalar_subquery()
    )


def first_source() -> ScalarSelect[str]:
    """Return where a lead was heard first, as a slug; "-" when no signal is left."""
    return (
        select(col(Source.slug))
        .select_from(LeadSignal)
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .join(Post, col(Post.id) == col(Signal.post_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .where(col(LeadSignal.lead_id) == col(Lead.id))
        .order_by(col(Signal.happened_at), col(Signal.id))
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )


def is_contact() -> ColumnElement[bool]:
    """Return the condition that a touchpoint reached the buyer: a note doesn't."""
    return col(Touchpoint.kind) != TouchpointKind.NOTE


def lives(db: Session, *conditions: ColumnElement[bool]) -> list[Life]:
    """Return the leads for which ``conditions`` hold, oldest first."""
    wanted = (
        select(
            col(Lead.id),
            col(Lead.topic_id),
            first_source().label("source"),
            col(Lead.status),
            furthest().label("furthest"),
            col(Lead.created_at),
            col(Lead.first_signal_at),
            col(Lead.sales_ready_at),
            col(Lead.first_touch_at),
            col(Lead.closed_at),
            col(Lead.amount_minor),
            col(Lead.currency),
        )
        .where(counts(), *conditions)
        .order_by(col(Lead.created_at), col(Lead.id))
    )
    return [
        Life(
            lead_id=row.id,
            topic=row.topic_id,
            source=row.source or NOWHERE,
            status=row.status,
            furthest=row.furthest,
            opened_at=row.created_at,
            first_signal_at=row.first_signal_at,
            handed_off_at=row.sales_ready_at,
            first_touch_at=row.first_touch_at,
            closed_at=row.closed_at,
            worth=money(row.amount_minor, row.currency),
        )
        for row in db.connection().execute(wanted)
    ]


def opened(db: Session, period: Period) -> list[Life]:
    """Return the leads that were opened in ``period``."""
    return lives(db, within(Lead.created_at, period))


def money(minor: int | None, currency: str | None) -> Money | None:
    """Return an amount as it is stored; None when there is none."""
    return None if minor is None or currency is None else Money(currency, minor)
