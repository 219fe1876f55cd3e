"""Count what became of leads where they lie: alike ones together, a row for each kind."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple  # columns of any type are keys

from sqlalchemy import (
    ColumnElement,
    Label,
    SQLColumnExpression,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlmodel import Session, col

from models.lead import Lead
from models.words import LeadStatus
from service.reports.lives import money
from service.reports.spans import DaysBetween
from service.rules.campaign_leads import Fate, Handed, handed
from service.rules.speed import NEVER

#: Days; the database measures them a little loosely, so that what is near is looked at closely.
_LOOSE = timedelta(minutes=15) / timedelta(days=1)


class Found(NamedTuple):
    """Alike leads, under the keys by which they were asked for."""

    keys: Sequence[Any]
    fate: Fate


def fates(
    db: Session,
    *which: ColumnElement[bool],
    now: datetime,
    by: Sequence[SQLColumnExpression[Any]] = (),
) -> list[Found]:
    """Return what became of the leads of ``which``, told apart by the columns of ``by``."""
    status, won = type_coerce(col(Lead.status), String), col(Lead.status) == LeadStatus.WON
    keys: list[Label[Any]] = [column.label(f"key_{place}") for place, column in enumerate(by)]
    rows = db.connection().execute(
        select(
            *keys,
            status.concat("").label("stood"),
            col(Lead.furthest).label("far"),
            _handed(now).label("handed"),
            case((won, col(Lead.currency))).label("paid_in"),
            func.count(),
            func.sum(case((won, col(Lead.amount_minor)))),
            func.count(case((won & col(Lead.amount_minor).is_(None), 1))),
            func.min(col(Lead.sales_ready_at)),
            func.min(col(Lead.first_touch_at)),
        )
        .where(and_(*which))
        .group_by(*(key.name for key in keys), "stood", "far", "handed", "paid_in")
    )
    return [
        Found(
            found,
            Fate(
                status=LeadStatus(stood),
                furthest=far,
                handed=Handed(what) if what in _HANDED else handed(ready, touched, now=now),
                leads=leads,
                revenue=money(None if minor is None else int(minor), currency),
                unpriced=unpriced,
            ),
        )
        for *found, stood, far, what, currency, leads, minor, unpriced, ready, touched in rows
    ]


_HANDED = frozenset(Handed)


def _handed(now: datetime) -> ColumnElement[str]:
    """Return what sales did with a lead; its id where that takes a closer look."""
    ready, touched = col(Lead.sales_ready_at), col(Lead.first_touch_at)
    days = DaysBetween(ready, touched)
    return case(
        (ready.is_(None), Handed.NOT.value),
        (days < NEVER.days - _LOOSE, Handed.FOLLOWED_UP.value),
        (
            or_(touched.is_(None), days > NEVER.days + _LOOSE),
            case((ready > now - NEVER, Handed.WAITING.value), else_=literal(Handed.NEVER.value)),
        ),
        else_=col(Lead.id),
    )
