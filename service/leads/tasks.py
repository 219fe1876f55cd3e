"""Tasks: what somebody has to do for a lead, and the clock on what was promised."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from config.days import FURTHEST
from models.lead import Lead
from models.moves import CLOSED, OWNED, LeadEvent, Moved
from models.sla import Task
from models.words import ClockKind, TaskKind
from service.errors import ConflictError, NotFoundError, RefusedError
from service.leads.ledger import audit, take_turn
from service.routing.clocks import running, start, stop

#: With these the follow-up is done: the buyer was talked to, or marketing has the lead again.
_FOLLOWED_UP = frozenset({LeadEvent.TOUCHED, LeadEvent.HANDED_BACK})


def add_task(
    db: Session,
    lead: Lead,
    kind: TaskKind,
    what: str,
    *,
    due_at: datetime,
    by: str,
    now: datetime,
    user_id: str | None = None,
) -> Task:
    """Note what has to be done for ``lead``: by ``user_id``, else by its owner.

    The earliest thing that the owner of a lead has to do is its next step, which has a clock.

    Raises:
        RefusedError: it would be due in more than ten years.
    """
    if due_at - now > FURTHEST:
        raise RefusedError("A task is due within ten years from now; choose a nearer day.")
    task = Task(
        lead_id=lead.id,
        kind=kind,
        what=what,
        user_id=user_id or lead.owner_id,
        due_at=due_at,
        created_at=now,
    )
    db.add(task)
    db.flush()
    audit(db, actor=by, action="task.added", subject=f"lead:{lead.id}", at=now)
    _set_clock(db, lead, now)
    return task


def complete_task(db: Session, task_id: str, *, by: str, now: datetime) -> Task:
    """Note that a task is done; done again, it stays as it was.

    Raises:
        NotFoundError: there is none of that id.
    """
    task = _task(db, task_id)
    if task.done_at is None:
        _finish(db, task, by=by, now=now)
        audit(db, actor=by, action="task.done", subject=f"lead:{task.lead_id}", at=now)
        _set_clock(db, db.get_one(Lead, task.lead_id), now)
    return task


def delete_task(db: Session, task_id: str, *, by: str, now: datetime) -> None:
    """Take a task back that nobody needs.

    Raises:
        NotFoundError: there is none of that id.
        ConflictError: it is mandatory: it can be done, or its lead be handed back (E25).
    """
    task = _task(db, task_id)
    if task.mandatory:
        raise ConflictError("This follow-up is mandatory: do it, or hand the lead back.")
    lead = db.get_one(Lead, task.lead_id)
    db.delete(task)
    db.flush()
    audit(db, actor=by, action="task.deleted", subject=f"lead:{lead.id}", at=now)
    _set_clock(db, lead, now)


def open_tasks(
    db: Session, *, user_id: str | None = None, lead_id: str | None = None
) -> Sequence[Task]:
    """Return what is to be done, the earliest first: by somebody, for a lead, or at all."""
    wanted = select(Task).where(col(Task.done_at).is_(None)).order_by(col(Task.due_at), Task.id)
    if user_id is not None:
        wanted = wanted.where(Task.user_id == user_id)
    if lead_id is not None:
        wanted = wanted.where(Task.lead_id == lead_id)
    return db.exec(wanted).all()


def follow(db: Session, lead: Lead, moved: Moved) -> None:
    """Let the tasks of a lead follow its move: a mandatory one comes, others change hands."""
    tasks = open_tasks(db, lead_id=lead.id)
    if moved.mandatory_follow_up and not any(task.mandatory for task in tasks):
        db.add(
            Task(
                lead_id=lead.id,
                kind=TaskKind.FOLLOW_UP,
                what="get in touch: this lead has become ready for sales",
                user_id=lead.owner_id,
                due_at=lead.next_step_at or moved.at,
                mandatory=True,
                created_at=moved.at,
            )
        )
    for task in tasks:
        if moved.to_status in CLOSED or (task.mandatory and moved.event in _FOLLOWED_UP):
            _finish(db, task, by=moved.actor, now=moved.at)
        else:
            _goes_along(task, lead, moved)
            db.add(task)
    if tasks and moved.event is LeadEvent.ACCEPTED:
        _set_clock(db, lead, moved.at)


def _goes_along(task: Task, lead: Lead, moved: Moved) -> None:
    """Let a task follow its lead: nobody is late with a follow-up that was nobody's to do."""
    was_nobody_s = task.user_id is None
    if moved.event is LeadEvent.ACCEPTED:
        task.user_id = lead.owner_id
    if task.mandatory and was_nobody_s and lead.next_step_at is not None:
        task.due_at = lead.next_step_at


def _task(db: Session, task_id: str) -> Task:
    take_turn(db)
    task = db.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise NotFoundError("There is no such task; it may have been deleted.")
    return task


def _finish(db: Session, task: Task, *, by: str, now: datetime) -> None:
    task.done_at, task.done_by = now, by
    db.add(task)
    db.flush()


def _set_clock(db: Session, lead: Lead, now: datetime) -> None:
    """Let the next-step clock follow the earliest thing that the owner has to do."""
    due = [
        task.due_at
        for task in open_tasks(db, lead_id=lead.id)
        if task.user_id == lead.owner_id and not task.mandatory
    ]
    for clock in running(db, lead.id, ClockKind.NEXT_STEP):
        if due and clock.due_at == due[0]:
            return
        stop(db, clock, at=now)
    if due and lead.status in OWNED:
        start(db, lead, ClockKind.NEXT_STEP, due_at=due[0], holder=lead.owner_id, at=now)
