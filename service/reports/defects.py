"""Leads that were handed over and were none, on a p-chart."""

from sqlalchemy import func, literal, select
from sqlmodel import Session, col

from models.lead import Lead, Offer, StatusChange
from models.words import DeclineReason, LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import heard_at, in_week, slugs, wanted, weeks
from service.rules.defects import Chart, Delivered, chart


def report(db: Session, asked: Asked) -> Report:
    """Return the defect rate with its limits for each week, its reasons and where it is high."""
    found = chart(_delivered(db, asked), period=asked.period, standard=asked.standard)
    alerts = tuple(f"{one.week}: {one.alert}" for one in found.samples if one.alert)
    return Report(
        name="defects",
        period=asked.period,
        tables=(
            _weeks(found),
            Table(
                name="reasons",
                title="Why they were none",
                columns=columns("reason: reason", "leads: leads"),
                rows=list(found.reasons),
            ),
            _parts("topics", "By topic", found),
            _parts("sources", "By source", found),
        ),
        notes=(*alerts, *_sum(found)),
    )


def _sum(found: Chart) -> tuple[str, ...]:
    if found.rate is None or found.centre is None:
        return ("nothing was handed off",)
    bad = f"{found.defective:,} of {found.handed_off:,} hand-offs were defective: {found.rate:.1%}"
    return (f"{bad}; the limits are around {found.centre:.1%}",)


def _delivered(db: Session, asked: Asked) -> list[Delivered]:
    declined = (
        select(func.min(literal(DeclineReason.NOT_A_LEAD.value)))
        .where(
            col(Offer.lead_id) == col(Lead.id),
            col(Offer.decline_reason) == DeclineReason.NOT_A_LEAD,
        )
        .correlate(Lead)
        .scalar_subquery()
    )
    disqualified = (
        select(func.coalesce(func.min(col(StatusChange.reason)), literal("disqualified")))
        .where(
            col(StatusChange.lead_id) == col(Lead.id),
            col(StatusChange.to_status) == LeadStatus.DISQUALIFIED,
            col(StatusChange.at) >= col(Lead.sales_ready_at),
        )
        .correlate(Lead)
        .group_by(col(StatusChange.lead_id))
        .scalar_subquery()
    )
    week = weeks(asked.period)
    rows = db.connection().execute(
        select(
            week.c.starts,
            col(Lead.topic_id),
            heard_at().label("heard_at"),
            func.coalesce(disqualified, declined).label("defect"),
            func.count(),
        )
        .join_from(week, Lead, in_week(Lead.sales_ready_at, week))
        .where(wanted(asked))
        .group_by(week.c.starts, col(Lead.topic_id), "heard_at", "defect")
    )
    names = slugs(db)
    return [
        Delivered(at=at, topic=topic, source=names[place], defect=defect, leads=leads)
        for at, topic, place, defect, leads in rows
    ]


def _weeks(found: Chart) -> Table:
    return Table(
        name="weeks",
        title="Defects by the week of the hand-off",
        columns=columns(
            "week: week",
            "handed_off: handed off",
            "defective: defective",
            "rate: rate %",
            "limit_low: lower limit %",
            "limit_high: upper limit %",
            "alert: alert",
        ),
        rows=[
            (
                one.week,
                one.handed_off,
                one.defective,
                one.rate,
                one.limits.low if one.limits else None,
                one.limits.high if one.limits else None,
                one.alert,
            )
            for one in found.samples
        ],
    )


def _parts(name: str, title: str, found: Chart) -> Table:
    parts = found.topics if name == "topics" else found.sources
    return Table(
        name=name,
        title=title,
        columns=columns(
            "name: name", "handed_off: handed off", "defective: defective", "rate: rate %"
        ),
        rows=[(part.name, part.handed_off, part.defective, part.rate) for part in parts],
    )
