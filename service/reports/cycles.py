"""When the open leads of what is sold in a time of its own are to be expected to be won."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models.lead import Lead
from service.reports.asked import Asked
from service.reports.document import Table, columns
from service.reports.lives import money, wanted
from service.rules.cycles import Month, Running, by_month
from service.rules.forecast import OPEN, Forecast
from service.rules.money import Money


def due_by_month(
    db: Session, asked: Asked, found: Forecast, usual: Money | None
) -> tuple[Table, ...]:
    """Return when what ``found`` expects is due; no table where no open lead has a cycle."""
    months = by_month(
        _running(db, asked),
        chances={chance.status: chance.p for chance in found.chances},
        usual=usual,
        now=asked.now,
    )
    return (_table(months),) if months else ()


def _running(db: Session, asked: Asked) -> list[Running]:
    cycles: dict[str, timedelta] = {}
    for topic in asked.config.topics:
        if (offering := asked.config.offering_of(topic)) is not None:
            cycles[topic] = offering.cycle
    if not cycles:
        return []
    rows = db.connection().execute(
        select(
            col(Lead.topic_id),
            col(Lead.status),
            col(Lead.sales_ready_at),
            col(Lead.amount_minor),
            col(Lead.currency),
        ).where(
            wanted(asked),
            col(Lead.topic_id).in_(sorted(cycles)),
            col(Lead.status).in_(OPEN),
            col(Lead.sales_ready_at) <= asked.now,
        )
    )
    return [
        Running(
            status=status, ready_at=ready_at, cycle=cycles[topic], worth=money(minor, currency)
        )
        for topic, status, ready_at, minor, currency in rows
        if ready_at is not None
    ]


def _table(months: tuple[Month, ...]) -> Table:
    return Table(
        name="due",
        title="When it is due: leads of what is sold in a time of its own, see offerings.toml",
        columns=columns("month: month", "leads: leads", "expected: expected"),
        rows=[
            (f"{month.begins:%Y-%m}" if month.begins else "late", month.leads, amount)
            for month in months
            for amount in (month.expected or (None,))
        ],
    )
