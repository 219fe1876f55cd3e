"""The buyer's journey: at which step people speak, and how far leads have come."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from models.lead import Lead
from models.post import Post
from models.signal import Signal
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import source_of, wanted, within
from service.rules.journey import Reached, journey
from service.words import STEPS

_NOTES = (
    "a signal counts in the period in which it was heard, at the one step that it shows",
    "a lead counts in the period in which it was opened, at the furthest step of its signals",
    "who got to a step or further counts at every step before it too",
)


def report(db: Session, asked: Asked) -> Report:
    """Return the signals of the period by step, and the leads opened in it by their furthest."""
    leads, won = _leads(db, asked)
    reached = journey(_signals(db, asked), leads, won)
    return Report(
        name="journey",
        period=asked.period,
        tables=(_said(reached), _came(reached)),
        notes=_NOTES,
    )


def _signals(db: Session, asked: Asked) -> Mapping[int, int]:
    """Count the signals of the period by step; one that was withdrawn is none."""
    only = asked.only
    found = (
        select(col(Signal.journey_step), func.count())
        .where(within(Signal.created_at, asked.period), col(Signal.probability) > 0)
        .group_by(col(Signal.journey_step))
    )
    if only.topic:
        found = found.where(col(Signal.topic_id) == only.topic)
    if only.source:
        found = found.join(Post, col(Post.id) == col(Signal.post_id)).where(
            col(Post.source_id) == source_of(only.source)
        )
    return {row[0]: row[1] for row in db.connection().execute(found)}


def _leads(db: Session, asked: Asked) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Count the leads that were opened in the period by their furthest step, and the won ones."""
    is_won = case((col(Lead.status) == LeadStatus.WON, 1), else_=0)
    rows = (
        db.connection()
        .execute(
            select(col(Lead.journey_step), func.count(), func.sum(is_won))
            .where(wanted(asked), within(Lead.created_at, asked.period))
            .group_by(col(Lead.journey_step))
        )
        .all()
    )
    return {step: n for step, n, _ in rows}, {step: int(won) for step, _, won in rows}


def _said(reached: Sequence[Reached]) -> Table:
    return Table(
        name="signals",
        title="Signals by the step that they show",
        columns=columns("step: step", "buyer: the buyer", "signals: signals", "share: of all %"),
        rows=[
            *((one.step, STEPS[one.step - 1], one.signals, one.signals_share) for one in reached),
            ("all", None, sum(one.signals for one in reached), None),
        ],
    )


def _came(reached: Sequence[Reached]) -> Table:
    return Table(
        name="leads",
        title="How far leads came: how many got to a step or further",
        columns=columns(
            "step: step",
            "buyer: the buyer",
            "leads: came no further",
            "share: of all %",
            "reached: got here or further",
            "conversion: of the step before %",
            "won: won",
            "won_share: won %",
        ),
        rows=[
            *(
                (
                    one.step,
                    STEPS[one.step - 1],
                    one.leads,
                    one.leads_share,
                    one.reached,
                    one.conversion,
                    one.won,
                    one.won_share,
                )
                for one in reached
            ),
            (
                "all",
                None,
                sum(one.leads for one in reached),
                None,
                None,
                None,
                sum(one.won for one in reached),
                None,
            ),
        ],
    )
