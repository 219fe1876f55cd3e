"""Live leads that nobody does anything for."""

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.lead import Lead, StatusChange, Touchpoint
from models.moves import LIVE
from models.people import User
from service.leads.transitions import HARKEN
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.rules.neglect import Waiting, neglected


def report(db: Session, asked: Asked) -> Report:
    """Return the live leads for which nobody did anything for a while, the longest first."""
    found = neglected(_waiting(db, asked), now=asked.now, after=asked.idle)
    shown = found[: asked.most]
    more = len(found) - len(shown)
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
            f"{len(found):,} leads are neglected",
            *((f"{more:,} more; see --most",) if more else ()),
        ),
    )


def _waiting(db: Session, asked: Asked) -> list[Waiting]:
    """Return the live leads that are old enough to be neglected."""
    touched = (
        select(func.max(col(Touchpoint.at)))
        .where(col(Touchpoint.lead_id) == col(Lead.id))
        .correlate(Lead)
        .scalar_subquery()
    )
    moved = (
        select(func.max(col(StatusChange.at)))
        .where(col(StatusChange.lead_id) == col(Lead.id), col(StatusChange.actor) != HARKEN)
        .correlate(Lead)
        .scalar_subquery()
    )
    wanted = (
        select(
            col(Lead.id),
            col(Lead.title),
            col(Lead.status),
            col(Lead.score),
            col(User.handle),
            col(Lead.created_at),
            touched.label("touched"),
            moved.label("moved"),
            col(Lead.next_step_at),
        )
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .where(col(Lead.status).in_(LIVE), col(Lead.created_at) <= asked.now - asked.idle)
    )
    return [
        Waiting(
            lead_id=row.id,
            title=row.title,
            status=row.status,
            score=row.score,
            owner=row.handle,
            opened_at=row.created_at,
            touched_at=row.touched,
            moved_at=row.moved,
            due_at=row.next_step_at,
        )
        for row in db.connection().execute(wanted)
    ]
