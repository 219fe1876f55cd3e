"""Who answers for a lead that its reps don't settle, and what they are asked."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from config import Config
from models.lead import Lead
from models.people import User
from models.sla import Task
from models.words import TaskKind
from service.leads.tasks import add_task, complete_task, open_tasks
from service.leads.transitions import HARKEN
from service.routing.route import due

FIND_SOMEBODY: Final = "find a new owner: whoever has it is gone"
DECIDE: Final = "decide about it: so many reps declined it that nobody else is asked"
#: With somebody new they are done.
_SETTLED_BY_ASSIGNING = frozenset({FIND_SOMEBODY, DECIDE})


def manager_of(holder: User | None, lead: Lead, config: Config) -> str:
    """Return the handle of who answers for a lead's holder, or for its team."""
    spec = config.users.get(holder.handle) if holder else None
    if spec is not None and spec.reports_to is not None:
        return spec.reports_to
    team = config.teams.get((holder.team_id if holder else None) or lead.team_id or "")
    return (team.manager if team else None) or config.process.owner


def ask_manager(
    db: Session, lead: Lead, what: str, *, holder: User | None, config: Config, now: datetime
) -> None:
    """Give a manager a task, within the time that a review may take; asked already, nothing."""
    if any(task.what == what for task in open_tasks(db, lead_id=lead.id)):
        return
    handle = manager_of(holder, lead, config)
    manager = db.exec(select(User).where(User.handle == handle)).first()
    add_task(
        db,
        lead,
        TaskKind.REVIEW,
        what,
        user_id=manager.id if manager else None,
        due_at=due(manager, config.sla.review, config, now),
        by=HARKEN,
        now=now,
    )


def settle(db: Session, lead: Lead, *, by: str, now: datetime) -> None:
    """Note that what a manager was asked about a lead is done: somebody has it now."""
    for task in _asked(db, lead):
        complete_task(db, task.id, by=by, now=now)


def _asked(db: Session, lead: Lead) -> Collection[Task]:
    return [t for t in open_tasks(db, lead_id=lead.id) if t.what in _SETTLED_BY_ASSIGNING]
