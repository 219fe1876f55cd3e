"""Live leads that nobody does anything for."""

import heapq
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import ColumnElement, ScalarSelect, func, select, type_coerce
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from models.lead import Lead, StatusChange, Touchpoint
from models.moves import FUNNELS, LIVE
from models.people import User
from models.words import Funnel, LeadStatus
from service.leads.transitions import HARKEN
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import wanted
from service.rules.neglect import USUAL, Waiting, neglected


def report(db: Session, asked: Asked) -> Report:
    """Return the live leads for which nobody did anything for a while, the longest first.

    How long that is depends on what they are to be sold, unless somebody asks for a time.
    """
    own = _own_times(asked)
    many, first = _waiting(db, asked)
    shown = neglected(first, now=asked.now, after=asked.idle)
    more = many - len(shown)
    return Report(
        name="neglected",
        period=None,
        tables=(
            Table(
                name="neglected",
                title=f"Live leads with nothing done for {_words(asked, own)}",
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
            *(
                f"{topic}: after {_days(sold)} with sales, {_days(rests)} before"
                for topic, (sold, rests) in own.items()
            ),
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
            col(Lead.topic_id),
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
            after=_after(asked, row.topic_id, row.status),
        )
        for row in rows
    ]


def _last_actions(
    db: Session, asked: Asked
) -> dict[str, tuple[datetime, datetime | None, datetime | None]]:
    """Return, by neglected lead, when somebody last did something, touched it, and moved it."""
    shortest = min((asked.idle or USUAL, *chain.from_iterable(_own_times(asked).values())))
    opened = col(Lead.created_at)
    rows = db.connection().execute(
        select(
            col(Lead.id),
            col(Lead.topic_id),
            col(Lead.status),
            opened,
            _last_touch(),
            _last_move(),
        ).where(wanted(asked), col(Lead.status).in_(LIVE), opened <= asked.now - shortest)
    )
    return {
        lead: (last, touched, moved)
        for lead, topic, status, at, touched, moved in rows.all()
        if (last := max(at, touched or at, moved or at)) + _after(asked, topic, status)
        <= asked.now
    }


def _after(asked: Asked, topic: str, status: LeadStatus) -> timedelta:
    """Return after how long a lead is neglected."""
    if asked.idle is not None:
        return asked.idle
    is_sold = FUNNELS[status] is Funnel.SALES
    return asked.config.neglected_after(topic, is_sold=is_sold) or USUAL


def _own_times(asked: Asked) -> dict[str, tuple[timedelta, timedelta]]:
    """Return by topic after how long its leads are neglected, with sales and before.

    Only of topics whose leads are sold in a time of their own; of none where somebody asks for a
    time.
    """
    config = asked.config
    if asked.idle is not None:
        return {}
    return {
        topic: (sold, rests)
        for topic in sorted(config.topics)
        if (sold := config.neglected_after(topic, is_sold=True)) is not None
        and (rests := config.neglected_after(topic, is_sold=False)) is not None
    }


def _words(asked: Asked, own: Mapping[str, object]) -> str:
    return f"{_days(asked.idle or USUAL)}{', or as long as their offering allows' if own else ''}"


def _days(span: timedelta) -> str:
    return f"{span.days} days"


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
