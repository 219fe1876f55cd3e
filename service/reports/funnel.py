"""Both funnels, and what happens between them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CTE, String, cast, func, select
from sqlmodel import Session, col

from models.lead import Lead, Offer, StatusChange
from models.words import LeadStatus
from service.reports.asked import Asked, Only
from service.reports.document import Report, Table, columns
from service.reports.lives import furthest, in_week, wanted, weeks, within
from service.rules.figures import quantile
from service.rules.funnel import (
    MARKETING,
    SALES,
    Entered,
    HandOff,
    Offered,
    Stage,
    Stays,
    funnel,
    hand_off,
)


def report(db: Session, asked: Asked) -> Report:
    """Return how far leads get and how long they stay where: marketing's, and those of sales."""
    period = asked.period
    week = weeks(period)
    opened = _entered(db, asked, Lead.created_at, week)
    marketing = funnel(
        MARKETING, opened, _stays(db, asked, Lead.created_at, MARKETING[:-1], week), period=period
    )
    sales = funnel(
        SALES,
        _entered(db, asked, Lead.sales_ready_at, week),
        _stays(db, asked, Lead.sales_ready_at, SALES[:-1], week),
        period=period,
    )
    between = hand_off(opened, _offers(db, asked))
    return Report(
        name="funnel",
        period=period,
        tables=(
            _table(
                "marketing", "Marketing: leads by the week in which they were opened", marketing
            ),
            _between(between),
            _declines(between),
            _table("sales", "Sales: leads by the week in which they were handed off", sales),
        ),
    )


def _entered(db: Session, asked: Asked, when: datetime | None, week: CTE) -> list[Entered]:
    mondays = asked.period.weeks()
    rows = db.connection().execute(
        select(week.c.place, furthest().label("far"), func.count())
        .join_from(week, Lead, in_week(when, week))
        .where(wanted(asked))
        .group_by(week.c.place, "far")
    )
    return [Entered(week=mondays[place], furthest=far, leads=n) for place, far, n in rows]


def _stays(
    db: Session, asked: Asked, when: datetime | None, statuses: Sequence[LeadStatus], week: CTE
) -> list[Stays]:
    """Return the medians, of each week and of all.

    They are taken here: SQLite's window functions cost four times as much as fetching the seconds.
    These come as one text for each week and status, as a row for each of a hundred thousand costs
    as much again; SQLite writes fifteen digits, which is a microsecond in thirty years.
    """
    seconds = func.aggregate_strings(cast(col(StatusChange.seconds_in_previous), String), " ")
    rows = db.connection().execute(
        select(week.c.place, col(StatusChange.from_status), seconds)
        .join_from(week, Lead, in_week(when, week))
        .join(StatusChange, col(StatusChange.lead_id) == col(Lead.id))
        .where(wanted(asked), col(StatusChange.from_status).in_(statuses))
        .group_by(week.c.place, col(StatusChange.from_status))
    )
    mondays = asked.period.weeks()
    found = [
        (mondays[place], status, [float(one) for one in lengths.split()])
        for place, status, lengths in rows
    ]
    everywhere = [
        (None, status, [one for _, theirs, some in found if theirs is status for one in some])
        for status in statuses
    ]
    return [
        Stays(week=week, status=status, median=timedelta(seconds=median))
        for week, status, some in (*everywhere, *found)
        if (median := quantile(some, 0.5)) is not None
    ]


def _offers(db: Session, asked: Asked) -> list[Offered]:
    wanted_offers = select(col(Offer.state), col(Offer.decline_reason), func.count()).where(
        within(Offer.offered_at, asked.period)
    )
    if asked.only != Only():
        wanted_offers = wanted_offers.join(Lead, col(Lead.id) == col(Offer.lead_id)).where(
            wanted(asked)
        )
    rows = db.connection().execute(
        wanted_offers.group_by(col(Offer.state), col(Offer.decline_reason))
    )
    return [Offered(state=state, reason=reason, count=count) for state, reason, count in rows]


def _table(name: str, title: str, stages: Sequence[Stage]) -> Table:
    return Table(
        name=name,
        title=title,
        columns=columns(
            "week: week",
            "stage: stage",
            "reached: reached",
            "conversion: from before %",
            "median_stay_seconds: median stay",
        ),
        rows=[
            (
                stage.week or "all",
                stage.status.value,
                stage.reached,
                stage.conversion,
                stage.median_stay,
            )
            for stage in stages
        ],
    )


def _between(found: HandOff) -> Table:
    return Table(
        name="hand_off",
        title="Between them: leads that were handed off, and what sales said to the offers",
        columns=columns(
            "opened: opened",
            "handed_off: handed off",
            "hand_off_rate: handed off %",
            "offers: offers",
            "accepted: accepted",
            "declined: declined",
            "expired: expired",
            "withdrawn: withdrawn",
            "open: open",
            "accept_rate: accepted %",
            "decline_rate: declined %",
            "expiry_rate: expired %",
        ),
        rows=[
            (
                found.opened,
                found.handed_off,
                found.hand_off_rate,
                found.offers,
                found.accepted,
                found.declined,
                found.expired,
                found.withdrawn,
                found.still_open,
                found.accept_rate,
                found.decline_rate,
                found.expiry_rate,
            )
        ],
    )


def _declines(found: HandOff) -> Table:
    ranked = sorted(found.declined_because.items(), key=lambda pair: (-pair[1], pair[0]))
    return Table(
        name="declines",
        title="Why reps declined",
        columns=columns("reason: reason", "offers: offers"),
        rows=[(reason.value, count) for reason, count in ranked if count],
    )
