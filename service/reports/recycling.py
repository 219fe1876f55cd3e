"""What came of the leads that sales handed back."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.lead import Lead, StatusChange
from models.moves import LeadEvent
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import counts, money
from service.rules.money import Money
from service.rules.period import Period
from service.rules.recycling import HandedBack, Recycled, recycled


def report(db: Session, asked: Asked) -> Report:
    """Return how many leads were handed back for the first time, and what they brought since."""
    found = recycled(_handed_back(db, asked.period))
    return Report(
        name="recycle",
        period=asked.period,
        tables=(
            Table(
                name="recycle",
                title="Handed back, by the first reason that sales gave",
                columns=columns(
                    "reason: reason",
                    "handed_back: handed back",
                    "returned: back at sales",
                    "won: won",
                    "yield: yield %",
                ),
                rows=[
                    (one.reason or "all", one.handed_back, one.returned, one.won, one.yield_)
                    for one in found
                ],
            ),
            Table(
                name="revenue",
                title="What they brought after that",
                columns=columns("reason: reason", "currency: currency", "revenue: revenue"),
                rows=[row for one in found for row in _revenue(one)],
            ),
        ),
    )


def _revenue(one: Recycled) -> list[tuple[str, str, Money]]:
    return [(one.reason or "all", sum_.currency, sum_) for sum_ in one.revenue]


def _handed_back(db: Session, period: Period) -> list[HandedBack]:
    """Return the leads whose first hand-back was in ``period``."""
    later = aliased(StatusChange)
    again = exists().where(
        col(later.lead_id) == col(StatusChange.lead_id),
        col(later.to_status) == LeadStatus.SALES_READY,
        col(later.at) > col(StatusChange.at),
    )
    wanted = (
        select(
            col(StatusChange.lead_id),
            col(StatusChange.at),
            col(StatusChange.reason),
            again,
            col(Lead.status),
            col(Lead.amount_minor),
            col(Lead.currency),
        )
        .join(Lead, col(Lead.id) == col(StatusChange.lead_id))
        .where(
            counts(),
            col(StatusChange.event) == LeadEvent.HANDED_BACK.value,
            col(StatusChange.at) < period.end,
        )
        .order_by(col(StatusChange.at), col(StatusChange.id))
    )
    first: dict[str, tuple[datetime, HandedBack]] = {}
    for lead_id, at, reason, returned, status, minor, currency in db.connection().execute(wanted):
        won = status is LeadStatus.WON
        found = HandedBack(
            reason=reason or "-",
            returned=bool(returned),
            won=won,
            revenue=money(minor, currency) if won else None,
        )
        first.setdefault(lead_id, (at, found))
    return [found for at, found in first.values() if at in period]
