"""Both funnels, and what happens between them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.lead import Lead, Offer, StatusChange
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import counts, furthest, within
from service.rules.funnel import (
    MARKETING,
    SALES,
    Entered,
    HandOff,
    Offered,
    Stage,
    Stay,
    funnel,
    hand_off,
)
from service.rules.period import Period


def report(db: Session, asked: Asked) -> Report:
    """Return how far leads get and how long they stay where: marketing's, and those of sales."""
    period = asked.period
    opened = _entered(db, Lead.created_at, period)
    marketing = funnel(
        MARKETING, opened, _stays(db, Lead.created_at, MARKETING[:-1], period), period=period
    )
    sales = funnel(
        SALES,
        _entered(db, Lead.sales_ready_at, period),
        _stays(db, Lead.sales_ready_at, SALES[:-1], period),
        period=period,
    )
    between = hand_off(opened, _offers(db, period))
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


def _entered(db: Session, when: datetime | None, period: Period) -> list[Entered]:
    wanted = select(col(when), furthest()).select_from(Lead).where(counts(), within(when, period))
    return [Entered(at=at, furthest=far) for at, far in db.connection().execute(wanted) if at]


def _stays(
    db: Session, when: datetime | None, statuses: Sequence[LeadStatus], period: Period
) -> list[Stay]:
    wanted = (
        select(col(when), col(StatusChange.from_status), col(StatusChange.seconds_in_previous))
        .join(Lead, col(Lead.id) == col(StatusChange.lead_id))
        .where(counts(), within(when, period), col(StatusChange.from_status).in_(statuses))
    )
    return [
        Stay(entered_at=at, status=status, lasted=timedelta(seconds=seconds))
        for at, status, seconds in db.connection().execute(wanted)
        if at and status
    ]


def _offers(db: Session, period: Period) -> list[Offered]:
    wanted = (
        select(col(Offer.state), col(Offer.decline_reason), func.count())
        .where(within(Offer.offered_at, period))
        .group_by(col(Offer.state), col(Offer.decline_reason))
    )
    return [
        Offered(state=state, reason=reason, count=count)
        for state, reason, count in db.connection().execute(wanted)
    ]


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
