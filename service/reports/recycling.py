"""What came of the leads that sales handed back."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.lead import Lead, StatusChange
from models.moves import LeadEvent
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import money, wanted, within
from service.rules.money import Money
from service.rules.recycling import HandedBack, Recycled, recycled


def report(db: Session, asked: Asked) -> Report:
    """Return how many leads were handed back for the first time, and what they brought since."""
    found = recycled(_handed_back(db, asked))
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


def _handed_back(db: Session, asked: Asked) -> list[HandedBack]:
    """Return the leads whose first hand-back was in the period."""
    later = aliased(StatusChange)
    again = exists().where(
        col(later.lead_id) == col(StatusChange.lead_id),
        col(later.to_status) == LeadStatus.SALES_READY,
        col(later.at) > col(StatusChange.at),
    )
    before = aliased(StatusChange)
    earlier = exists().where(
        col(before.lead_id) == col(StatusChange.lead_id),
        # An expression, so that the lead's few steps are looked through and not all hand-backs.
        col(before.event).concat("") == LeadEvent.HANDED_BACK.value,
        or_(
            col(before.at) < col(StatusChange.at),
            (col(before.at) == col(StatusChange.at)) & (col(before.id) < col(StatusChange.id)),
        ),
    )
    rows = db.connection().execute(
        select(
            col(StatusChange.reason),
            again,
            col(Lead.status),
            col(Lead.amount_minor),
            col(Lead.currency),
        )
        .join(Lead, col(Lead.id) == col(StatusChange.lead_id))
        .where(
            wanted(asked),
            col(StatusChange.event) == LeadEvent.HANDED_BACK.value,
            within(StatusChange.at, asked.period),
            ~earlier,
        )
    )
    return [
        HandedBack(
            reason=reason or "-",
            returned=bool(returned),
            won=(won := status is LeadStatus.WON),
            revenue=money(minor, currency) if won else None,
        )
        for reason, returned, status, minor, currency in rows
    ]
