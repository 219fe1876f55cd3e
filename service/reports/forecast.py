"""What open leads are expected to bring, and how such expectations came true."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    String,
    case,
    func,
    select,
    true,
    type_coerce,
)
from sqlmodel import Session, col

from models.lead import Lead, StatusChange
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.cycles import due_by_month
from service.reports.document import Report, Table, columns
from service.reports.lives import furthest, money, wanted, within
from service.rules.forecast import FLOOR, OPEN, Deal, Forecast, came_true, forecast, typical
from service.rules.lives import WAY
from service.rules.money import Money, Sums, in_currency
from service.rules.period import Period


def report(db: Session, asked: Asked) -> Report:
    """Return the forecast as of now, and the one of the period's first day beside what came."""
    of_today = deals(db, asked)
    today = forecast(of_today)
    then = forecast(deals(db, asked, before=asked.period.start))
    wins = _wins(db, asked)
    foreseen, unforeseen = came_true(_open_then(db, asked, wins), wins)
    return Report(
        name="forecast",
        period=asked.period,
        tables=(
            _lines(today),
            _chances(today),
            _actual(then.expected, foreseen, unforeseen),
            *due_by_month(db, asked, today, typical(of_today)),
        ),
        notes=tuple(_notes(today)),
    )


def deals(db: Session, asked: Asked, *, before: datetime | None = None) -> list[Deal]:
    """Return the leads that sales ever had as they stand, or stood just before a moment.

    Alike ones are one deal. Amounts are those of today.
    """
    status, far = _as_of(before)
    was_ready = col(Lead.sales_ready_at)
    # "Up to now" and not "at all": through the index, past the leads that sales never had.
    had = was_ready <= asked.now if before is None else was_ready < before
    rows = db.connection().execute(
        select(
            status.label("stood"),
            far.label("far"),
            col(Lead.currency),
            func.count(),
            func.sum(col(Lead.amount_minor)),
        )
        .where(wanted(asked), had)
        .group_by("stood", "far", col(Lead.currency))
    )
    return [
        Deal(
            lead_id="",
            status=LeadStatus(stood),
            furthest=furthest,
            worth=money(None if minor is None else int(minor), currency),
            leads=leads,
        )
        for stood, furthest, currency, leads, minor in rows
    ]


def _as_of(before: datetime | None) -> tuple[ColumnElement[str], ColumnElement[int]]:
    """Return a lead's status and how far it got, at present or just before a moment."""
    # An expression: grouped by the bare column, all leads would be read in the order of its index.
    present = type_coerce(col(Lead.status), String).concat("")
    if before is None:
        return present, _far(present, true(), furthest())
    rested = col(Lead.status_since) < before  # no history since then to look through
    past = (
        select(type_coerce(col(StatusChange.to_status), String))
        .where(col(StatusChange.lead_id) == col(Lead.id), col(StatusChange.at) < before)
        .order_by(col(StatusChange.at).desc(), col(StatusChange.id).desc())
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )
    stood = case((rested, present), else_=past)
    return stood, _far(present, rested, furthest(before=before))


def _far(
    present: ColumnElement[str], rested: ColumnElement[bool], ever: SQLColumnExpression[int]
) -> ColumnElement[int]:
    """Return how far a lead got, where that takes a look and makes a difference.

    Nobody asks it of those that are open, and those that were won have been everywhere.
    """
    return case(
        (rested & present.in_([one.value for one in OPEN]), 0),
        (rested & (present == LeadStatus.WON.value), WAY[LeadStatus.WON]),
        else_=ever,
    )


def _open_then(db: Session, asked: Asked, wins: Mapping[str, Money]) -> list[Deal]:
    """Return those of ``wins`` that were with sales when the period began."""
    then, _ = _as_of(asked.period.start)
    rows = db.connection().execute(
        select(col(Lead.id), then.label("stood")).where(
            wanted(asked), *_won_in(asked.period), col(Lead.sales_ready_at) < asked.period.start
        )
    )
    return [
        Deal(lead_id=lead, status=LeadStatus(stood), furthest=0, worth=None)
        for lead, stood in rows
        if lead in wins
    ]


def usual_price(db: Session, *, before: datetime) -> Money | None:
    """Return the mean amount of what was won before a moment; None if in several currencies."""
    rows = db.connection().execute(
        select(col(Lead.currency), func.count(), func.sum(col(Lead.amount_minor)))
        .where(
            col(Lead.status) == LeadStatus.WON,
            col(Lead.closed_at) < before,
            col(Lead.amount_minor).is_not(None),
        )
        .group_by(col(Lead.currency))
    )
    return typical(
        Deal(
            lead_id="",
            status=LeadStatus.WON,
            furthest=0,
            worth=money(int(minor or 0), currency),
            leads=leads,
        )
        for currency, leads, minor in rows
    )


def _won_in(period: Period) -> tuple[ColumnElement[bool], ...]:
    return (col(Lead.status) == LeadStatus.WON, within(Lead.closed_at, period))


def _wins(db: Session, asked: Asked) -> dict[str, Money]:
    rows = db.connection().execute(
        select(col(Lead.id), col(Lead.amount_minor), col(Lead.currency)).where(
            wanted(asked), *_won_in(asked.period)
        )
    )
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
        columns=columns(
            "stage: stage", "left: left sales", "won: won", "chance: chance %", "basis: which is"
        ),
        rows=[
            (
                one.status.value,
                one.left,
                one.won,
                float(one.p),
                "assumed" if one.is_assumed else "measured",
            )
            for one in found.chances
        ],
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
    if any(one.is_assumed for one in found.chances):
        notes.append(
            f"where next to nothing was won yet, a chance of {FLOOR * 100} % is assumed: it is "
            "no figure of yours"
        )
    if found.assumed:
        notes.append(f"{found.assumed:,} open leads have no amount; the mean of the won stands in")
    if found.left_out:
        notes.append(f"{found.left_out:,} open leads have no amount and are left out")
    return notes
