"""How fast hand-offs are followed up, and which never were."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.lead import Lead, Touchpoint
from models.people import User
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import is_contact, wanted, within
from service.rules.hours import office_of
from service.rules.speed import NEVER, HandedOff, Speed, is_followed_up, speed
from service.rules.worked import Timetable, timetable, years_around

#: The row of the house as a whole.
ALL = "all"


def report(db: Session, asked: Asked) -> Report:
    """Return speed to lead and the share that is never followed up: in all, and by team."""
    teams: dict[str, list[HandedOff]] = defaultdict(list)
    never: dict[str, datetime] = {}
    for lead_id, team, lead in _handed_off(db, asked):
        teams[ALL].append(lead)
        teams[team or "-"].append(lead)
        if lead.at + NEVER <= asked.now and not is_followed_up(lead):
            never[lead_id] = lead.at
    shown = dict(islice(never.items(), asked.most))
    titles = _titles(db, shown)
    names = [ALL, *sorted(teams.keys() - {ALL})]
    return Report(
        name="speed",
        period=asked.period,
        tables=(
            _table([(name, speed(teams[name], now=asked.now)) for name in names]),
            Table(
                name="never",
                title="Never followed up: handed off 30 days ago or more, without a contact",
                columns=columns(
                    "lead: lead", "title: title", "at: handed off (UTC)", "ago_seconds: ago"
                ),
                rows=[(lead, titles[lead], at, asked.now - at) for lead, at in shown.items()],
            ),
        ),
        notes=(
            "working time is that of the rep who made the first contact; else nights count too",
            *_left_out(len(never), asked.most),
        ),
    )


def _titles(db: Session, leads: Collection[str]) -> dict[str, str]:
    rows = db.connection().execute(
        select(col(Lead.id), col(Lead.title)).where(col(Lead.id).in_(leads))
    )
    return {one.id: one.title for one in rows}


def _handed_off(db: Session, asked: Asked) -> list[tuple[str, str | None, HandedOff]]:
    by = (
        select(func.min(col(Touchpoint.by_user_id)))
        .where(
            col(Touchpoint.lead_id) == col(Lead.id),
            col(Touchpoint.at) == col(Lead.first_touch_at),
            is_contact(),
        )
        .correlate(Lead)
        .scalar_subquery()
    )
    leads = (
        select(
            col(Lead.id),
            col(Lead.team_id),
            col(Lead.sales_ready_at),
            col(Lead.first_touch_at),
            by,
        )
        .where(wanted(asked), within(Lead.sales_ready_at, asked.period))
        .order_by(col(Lead.sales_ready_at), col(Lead.id))
    )
    tables = _timetables(db, asked)
    return [
        (
            lead_id,
            team,
            HandedOff(at=at, first_touch_at=touch, business=_business(tables.get(who), at, touch)),
        )
        for lead_id, team, at, touch, who in db.connection().execute(leads).all()
    ]


def _timetables(db: Session, asked: Asked) -> dict[str, Timetable]:
    days = years_around(asked.period.start, asked.now)
    rows = db.connection().execute(
        select(col(User.id), col(User.hours), col(User.tz), col(User.days_off))
    )
    return {
        user.id: timetable(office_of(user.hours, user.tz, tuple(user.days_off)), *days)
        for user in rows
    }


def _business(table: Timetable | None, at: datetime, touch: datetime | None) -> timedelta | None:
    return None if table is None or touch is None else table.elapsed(at, touch)


def _table(found: Sequence[tuple[str, Speed]]) -> Table:
    return Table(
        name="speed",
        title="From ready for sales to the first contact",
        columns=columns(
            "team: team",
            "handed_off: handed off",
            "touched: contacted",
            "clock_p50_seconds: half within",
            "clock_p90_seconds: 9 of 10 within",
            "business_p50_seconds: half within, working time",
            "business_p90_seconds: 9 of 10 within, working time",
            "ripe: 30 days old",
            "never_followed_up: never contacted",
            "never_followed_up_share: never contacted %",
        ),
        rows=[
            (
                name,
                one.handed_off,
                one.touched,
                one.clock_p50,
                one.clock_p90,
                one.business_p50,
                one.business_p90,
                one.ripe,
                one.never_followed_up,
                one.never_followed_up_share,
            )
            for name, one in found
        ],
    )


def _left_out(count: int, most: int) -> Sequence[str]:
    return (f"{count - most:,} more were never followed up; see --most",) if count > most else ()
