"""Tasks: what somebody has to do for a lead."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session, col, select

from models.lead import Lead
from models.moves import CLOSED
from models.people import User
from models.sla import Task
from service.access.circle import circle_of
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.api.callers import allow
from service.api.once import Attempt, AttemptHere, Done
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.reads import handles_by_id, task_given, told_lead
from service.api.shapes.asked import NewTask
from service.api.shapes.base import RowId
from service.api.shapes.leads import TaskGiven, TaskState
from service.api.told import LINK, reads, writes
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.exports.told import may_leave
from service.leads.tasks import add_task, complete_task, delete_task
from service.leads.whose import lead_to_work_on, works_on
from service.serving.site import SiteHere
from service.store.engine import reading
from service.unknown import unknown

router = APIRouter(tags=["tasks"])
Worker = Annotated[Viewer, Depends(allow(Permission.WORK_LEADS))]
_KEYS = (Key(col(Task.id), descending=True),)


@router.get("/tasks", summary="List tasks", responses=reads(headers=LINK))
def list_tasks(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.READ_LEADS))],
    listing: ListingHere,
    mine: Annotated[bool, Query(description="only those that I have to do")] = False,
    done: Annotated[bool, Query(description="those that are done, instead of open ones")] = False,
) -> Page[TaskGiven]:
    """List the tasks of leads that you may see, the newest first."""
    conditions = [visible_to(viewer)]
    conditions.append(col(Task.done_at).is_not(None) if done else col(Task.done_at).is_(None))
    if mine:
        conditions.append(col(Task.user_id) == viewer.id)
    if (behind := listing.behind(_KEYS)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        circle = circle_of(db, viewer)
        conditions.append(circle.wrote(Task.user_id))
        rows = db.exec(
            select(Task)
            .join(Lead, col(Lead.id) == Task.lead_id)
            .where(*conditions)
            .order_by(*ordered(_KEYS))
            .limit(listing.limit + 1)
        ).all()
        shown, following = listing.page(rows, lambda task: (task.id,))
        handles = handles_by_id(db, circle)
        allowed = may_leave(db, [task.lead_id for task in shown], secret=site.secret)
    items = tuple(task_given(one, handles) for one in shown if one.lead_id in allowed)
    return Page(items=items, next=following)


@router.post(
    "/leads/{lead_id}/tasks",
    summary="Add a task",
    response_model=TaskState,
    status_code=201,
    responses=writes(status=201),
)
def new_task(attempt: AttemptHere, viewer: Worker, lead_id: RowId, asked: NewTask) -> Response:
    """Note what has to be done for a lead. The earliest of its owner's tasks is its next step."""

    def work(db: Session) -> Done:
        told_lead(db, viewer, lead_id, secret=attempt.site.secret)
        lead, _ = lead_to_work_on(db, lead_id=lead_id, user_id=viewer.id)
        if lead.status in CLOSED:
            raise RefusedError("This lead is closed; nothing is left to do for it.")
        task = add_task(
            db,
            lead,
            asked.kind,
            asked.what,
            due_at=asked.due,
            by=viewer.id,
            now=attempt.site.clock.now(),
            user_id=_assignee(db, asked.assignee),
        )
        return Done(body=_state(task), status=201)

    return attempt.once(work)


@router.post(
    "/tasks/{task_id}/done",
    summary="It is done",
    response_model=TaskState,
    responses=writes(),
)
def finish_task(attempt: AttemptHere, viewer: Worker, task_id: RowId) -> Response:
    """Note that a task is done; done again, it stays as it was."""

    def work(db: Session) -> Done:
        _find(db, attempt, task_id)
        now = attempt.site.clock.now()
        return Done(body=_state(complete_task(db, task_id, by=viewer.id, now=now)))

    return attempt.once(work)


@router.delete(
    "/tasks/{task_id}",
    summary="Take a task back",
    status_code=204,
    response_class=Response,
    responses=writes(status=204),
)
def drop_task(attempt: AttemptHere, viewer: Worker, task_id: RowId) -> Response:
    """Take a task back that nobody needs. A mandatory one can be done, never deleted."""

    def work(db: Session) -> Done:
        _find(db, attempt, task_id)
        delete_task(db, task_id, by=viewer.id, now=attempt.site.clock.now())
        return Done(body=None, status=204)

    return attempt.once(work)


def _find(db: Session, attempt: Attempt, task_id: str) -> None:
    """Look whether a task is the caller's to decide about: theirs, or of a lead that they work on.

    Raises:
        NotFoundError: there is none, or its lead is none of the caller's business.
        ForbiddenError: it is somebody else's.
    """
    viewer = attempt.caller.viewer
    task = db.get(Task, task_id)
    if task is None:
        raise NotFoundError("There is no such task; it may have been deleted.")
    try:
        lead = told_lead(db, viewer, task.lead_id, secret=attempt.site.secret)
    except NotFoundError:
        raise NotFoundError("There is no such task; it may have been deleted.") from None
    if task.user_id != viewer.id and not works_on(viewer.role, viewer.id, lead):
        raise ForbiddenError("This task is somebody else's; ask them, or a manager.")


def _assignee(db: Session, handle: str | None) -> str | None:
    if handle is None:
        return None
    known = dict(db.exec(select(User.handle, User.id).where(col(User.active))).all())
    if handle not in known:
        raise unknown("user", handle, known)
    return known[handle]


def _state(task: Task) -> TaskState:
    return TaskState(id=task.id, lead=task.lead_id, due=task.due_at, done=task.done_at)
