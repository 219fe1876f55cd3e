"""Fetch leads as the reports see them.

Leads are counted where they lie: a report fetches so many rows as there are kinds of leads, not
leads. What is asked of each stands in an index beside the time by which it is asked: a report of
twelve weeks touches these weeks' entries only, in a database of any age.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    case,
    column,
    func,
    literal_column,
    select,
    values,
)
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from models.lead import Lead, StatusChange, Touchpoint
from models.source import Source
from models.words import LeadStatus, TouchpointKind
from service.reports.asked import Asked
from service.rules.lives import WAY, Lives
from service.rules.money import Money
from service.rules.period import Period, midnight

_WEEK = timedelta(weeks=1)


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


def furthest(*, before: datetime | None = None) -> SQLColumnExpression[int]:
    """Return how far a lead ever got, or had got just before a moment."""
    if before is None:
        return col(Lead.furthest)
    return (
        select(func.coalesce(func.max(rank(StatusChange.to_status)), 0))
        .where(col(StatusChange.lead_id) == col(Lead.id), col(StatusChange.at) < before)
        .correlate(Lead)
        .scalar_subquery()
    )


def heard_at() -> SQLColumnExpression[str]:
    """Return the id of the source at which a lead was heard first."""
    return col(Lead.source_id)


def slugs(db: Session) -> dict[str, str]:
    """Return the slug of each source by its id."""
    rows = db.connection().execute(select(col(Source.id), col(Source.slug)))
    return {one.id: one.slug for one in rows}


def is_contact() -> ColumnElement[bool]:
    """Return the condition that a touchpoint reached the buyer: a note doesn't."""
    return col(Touchpoint.kind) != TouchpointKind.NOTE


def wanted(asked: Asked) -> ColumnElement[bool]:
    """Return the condition that a lead counts and is of those that the question is about.

    The topic is an expression, so that a report goes through the leads of its weeks: through a
    topic's leads it would go once for each week.
    """
    only = asked.only
    conditions = [
        counts(),
        *([col(Lead.topic_id).concat("") == only.topic] if only.topic else ()),
        *([col(Lead.team_id) == only.team] if only.team else ()),
        *([col(Lead.owner_id) == only.rep] if only.rep else ()),
        *([heard_at() == source_of(only.source)] if only.source else ()),
    ]
    return and_(*conditions)


def source_of(slug: str) -> ScalarSelect[str]:
    """Return the id of a source, in SQL."""
    return select(col(Source.id)).where(col(Source.slug) == slug).scalar_subquery()


def lives(db: Session, asked: Asked, when: object) -> list[Lives]:
    """Return the leads for which the moment ``when`` is in the period, alike ones together."""
    won = col(Lead.status) == LeadStatus.WON
    rows = db.connection().execute(
        select(
            heard_at().label("heard_at"),
            col(Lead.topic_id),
            won.label("won"),
            furthest().label("far"),
            case((won, col(Lead.currency))).label("paid_in"),
            func.count(),
            func.sum(case((won, col(Lead.amount_minor)))),
        )
        .where(wanted(asked), within(when, asked.period))
        .group_by("heard_at", col(Lead.topic_id), "won", "far", "paid_in")
    )
    names = slugs(db)
    return [
        Lives(
            topic=topic,
            source=names[place],
            won=bool(is_won),
            furthest=far,
            leads=leads,
            revenue=money(None if minor is None else int(minor), currency),
        )
        for place, topic, is_won, far, currency, leads, minor in rows
    ]


def slot_of(moments: Sequence[datetime]) -> ColumnElement[int]:
    """Return how many of ``moments``, in their order, have passed when a lead was heard first."""
    if not moments:
        return literal_column("0", Integer)
    earlier = [(col(Lead.first_signal_at) < at, place) for place, at in enumerate(moments)]
    return case(*earlier, else_=len(moments))


def opened(db: Session, asked: Asked) -> list[Lives]:
    """Return the leads that were opened in the period, alike ones together."""
    return lives(db, asked, Lead.created_at)


def weeks(period: Period) -> CTE:
    """Return the weeks of ``period`` as a table: which (from 0), and from when until when.

    Joined with a column that has an index, it has the database look at the period's rows only,
    week by week, and count them there: rows that are counted needn't be fetched.
    """
    mondays = period.weeks()
    rows = [
        (
            place,
            max(midnight(monday, period.zone), period.start),
            min(midnight(monday + _WEEK, period.zone), period.end),
        )
        for place, monday in enumerate(mondays)
    ]
    return (
        values(
            column("place", Integer),
            column("starts", UTCDateTime),
            column("ends", UTCDateTime),
            name="weeks",
        )
        .data(rows)
        .cte("weeks")
    )


def in_week(when: object, week: CTE) -> ColumnElement[bool]:
    """Return the condition that the moment ``when`` lies in a row of `weeks`."""
    return (col(when) >= week.c.starts) & (col(when) < week.c.ends)


def money(minor: int | None, currency: str | None) -> Money | None:
    """Return an amount as it is stored; None when there is none."""
    return None if minor is None or currency is None else Money(currency, minor)
