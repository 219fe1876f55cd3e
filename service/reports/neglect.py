"""Live leads that nobody does anything for."""

import heapq
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select, type_coerce
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from models.lead import Lead, StatusChange, Touchpoint
from models.moves import LIVE
from models.people import User
from service.leads.transitions import HARKEN
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import wanted
from service.rules.neglect import Waiting, neglected


def report(db: Session, asked: Asked) -> Report:
    """Return the live leads for which nobody did anything for a while, the longest first."""
    many, first = _waiting(db, asked)
    shown = neglected(first, now=asked.now, after=asked.idle)
    more = many - len(shown)
    return Report(
        name="neglected",
        period=None,
        tables=(
            Table(
                name="neglected",
                title=f"Live leads with nothing done for {asked.idle.days} days",
                columns=columns(
                    "lead: lead",
                    "status: status",
                    "owner: owner",
                    "score: score",
                    "idle_seconds: idle",
                    "due_at: due (UTC)",
                    "title: title",
                ),
                rows=[
                    (
                        lead.lead_id,
                        lead.status.value,
                        lead.owner,
                        round(lead.score, 1),
                        asked.now - lead.last_action_at,
                        lead.due_at,
                        lead.title,
                    )
                    for lead in shown
                ],
            ),
        ),
        notes=(
            f"{many:,} leads are neglected",
            *((f"{more:,} more; see --most",) if more else ()),
        ),
    )


def _waiting(db: Session, asked: Asked) -> tuple[int, list[Waiting]]:
    """Return how many live leads are neglected, and those that have been so for the longest."""
    last = _last_actions(db, asked)
    longest = heapq.nsmallest(asked.most, last, key=lambda lead: (last[lead][0], lead))
    rows = db.connection().execute(
        select(
            col(Lead.id),
            col(Lead.title),
            col(Lead.status),
            col(Lead.score),
            col(User.handle),
            col(Lead.created_at),
            col(Lead.next_step_at),
        )
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .where(col(Lead.id).in_(longest))
    )
    return len(last), [
        Waiting(
            lead_id=row.id,
            title=row.title,
            status=row.status,
            score=row.score,
            owner=row.handle,
            opened_at=row.created_at,
            touched_at=last[row.id][1],
            moved_at=last[row.id][2],
            due_at=row.next_step_at,
        )
        for row in rows
    ]


def _last_actions(
    db: Session, asked: Asked
) -> dict[str, tuple[datetime, datetime | None, datetime | None]]:
    """Return, by neglected lead, when somebody last did something, touched it, and moved it."""
    opened, since = col(Lead.created_at), asked.now - asked.idle
    rows = db.connection().execute(
        select(col(Lead.id), opened, _last_touch(), _last_move()).where(
            wanted(asked), col(Lead.status).in_(LIVE), opened <= since
        )
    )
    return {
        lead: (last, touched, moved)
        for lead, at, touched, moved in rows.all()
        if (last := max(at, touched or at, moved or at)) <= since
    }


def _last_touch() -> ScalarSelect[datetime | None]:
    return (
        select(_last(col(Touchpoint.at)))
        .where(col(Touchpoint.lead_id) == col(Lead.id))
        .correlate(Lead)
        .scalar_subquery()
    )


def _last_move() -> ScalarSelect[datetime | None]:
    return (
        select(_last(col(StatusChange.at)))
        .where(col(StatusChange.lead_id) == col(Lead.id), col(StatusChange.actor) != HARKEN)
        .correlate(Lead)
        .scalar_subquery()
    )


def _last(moment: Mapped[datetime]) -> ColumnElement[datetime | None]:
    """Return the last of them, NULL where there is none, which its type doesn't know."""
    return type_coerce(func.max(moment), UTCDateTime())
