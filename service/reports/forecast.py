"""What open leads are expected to bring, and how such expectations came true."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.lead import Lead, StatusChange
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import counts, money, rank, within
from service.rules.forecast import Deal, Forecast, came_true, forecast, typical
from service.rules.money import Money, Sums, in_currency
from service.rules.period import Period

_JUST_AFTER = timedelta(microseconds=1)


def report(db: Session, asked: Asked) -> Report:
    """Return the forecast as of now, and the one of the period's first day beside what came."""
    today = forecast(deals(db, before=asked.now + _JUST_AFTER))
    then_open = deals(db, before=asked.period.start)
    then = forecast(then_open)
    foreseen, unforeseen = came_true(then_open, _wins(db, asked.period))
    return Report(
        name="forecast",
        period=asked.period,
        tables=(
            _lines(today),
            _chances(today),
            _actual(then.expected, foreseen, unforeseen),
        ),
        notes=tuple(_notes(today)),
    )


def deals(db: Session, *, before: datetime) -> list[Deal]:
    """Return all leads as they stood just before a moment; amounts are those of today."""
    by_lead = col(StatusChange.lead_id)
    history = (
        select(
            by_lead.label("lead_id"),
            col(StatusChange.to_status).label("status"),
            func.row_number()
            .over(
                partition_by=by_lead,
                order_by=(col(StatusChange.at).desc(), col(StatusChange.id).desc()),
            )
            .label("newest"),
            func.max(rank(StatusChange.to_status)).over(partition_by=by_lead).label("furthest"),
        )
        .where(col(StatusChange.at) < before)
        .subquery()
    )
    wanted = (
        select(
            history.c.lead_id,
            history.c.status,
            history.c.furthest,
            col(Lead.amount_minor),
            col(Lead.currency),
        )
        .join(Lead, col(Lead.id) == history.c.lead_id)
        .where(history.c.newest == 1, counts())
    )
    return [
        Deal(
            lead_id=row.lead_id,
            status=row.status,
            furthest=row.furthest,
            worth=money(row.amount_minor, row.currency),
        )
        for row in db.connection().execute(wanted)
    ]


def usual_price(db: Session, *, before: datetime) -> Money | None:
    """Return the mean amount of what was won before a moment; None if in several currencies."""
    wanted = select(col(Lead.id), col(Lead.amount_minor), col(Lead.currency)).where(
        col(Lead.status) == LeadStatus.WON, col(Lead.closed_at) < before
    )
    return typical(
        Deal(lead_id=lead, status=LeadStatus.WON, furthest=0, worth=money(minor, currency))
        for lead, minor, currency in db.connection().execute(wanted)
    )


def _wins(db: Session, period: Period) -> dict[str, Money]:
    wanted = select(col(Lead.id), col(Lead.amount_minor), col(Lead.currency)).where(
        col(Lead.status) == LeadStatus.WON,
        within(Lead.closed_at, period),
    )
    rows = db.connection().execute(wanted)
    return {
        lead: amount
        for lead, minor, currency in rows
        if (amount := money(minor, currency)) is not None
    }


def _lines(found: Forecast) -> Table:
    return Table(
        name="forecast",
        title="Expected of the leads that are open now",
        columns=columns(
            "stage: stage",
            "currency: currency",
            "leads: leads",
            "amount: amount",
            "chance: chance %",
            "expected: expected",
        ),
        rows=[
            *(
                (
                    line.status.value,
                    line.amount.currency,
                    line.leads,
                    line.amount,
                    float(line.p),
                    line.expected,
                )
                for line in found.lines
            ),
            *(("all", total.currency, None, None, None, total) for total in found.expected),
        ],
    )


def _chances(found: Forecast) -> Table:
    return Table(
        name="chances",
        title="Chances: of the leads that reached a stage and have left sales, the share won",
        columns=columns("stage: stage", "left: left sales", "won: won", "chance: chance %"),
        rows=[(one.status.value, one.left, one.won, float(one.p)) for one in found.chances],
    )


def _actual(expected: Sums, foreseen: Sums, unforeseen: Sums) -> Table:
    currencies = sorted({one.currency for one in (*expected, *foreseen, *unforeseen)})

    def rows() -> Sequence[tuple[str, Money, Money, Money]]:
        return [
            (
                currency,
                Money(currency, in_currency(expected, currency)),
                Money(currency, in_currency(foreseen, currency)),
                Money(currency, in_currency(unforeseen, currency)),
            )
            for currency in currencies
        ]

    return Table(
        name="actual",
        title="What was expected on the first day of the period, and what it brought",
        columns=columns(
            "currency: currency",
            "expected: expected",
            "came: won of those leads",
            "came_beside: won of others",
        ),
        rows=rows(),
    )


def _notes(found: Forecast) -> list[str]:
    notes = ["amounts have no history: an expectation of the past uses those on record today"]
    if found.assumed:
        notes.append(f"{found.assumed:,} open leads have no amount; the mean of the won stands in")
    if found.left_out:
        notes.append(f"{found.left_out:,} open leads have no amount and are left out")
    return notes
