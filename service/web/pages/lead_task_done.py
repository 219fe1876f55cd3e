"""POST /leads/ID/tasks/TASK/done and /drop: a task is done, or nobody needs it."""

from enum import StrEnum

from fastapi import APIRouter, Response

from models.sla import Task
from service.access.visible import find_lead
from service.errors import NotFoundError
from service.leads.tasks import complete_task, delete_task
from service.leads.whose import lead_to_work_on
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.forms.lead_form import Worker
from service.web.render import see_other

router = APIRouter()


class Ending(StrEnum):
    """How a task ends."""

    DONE = "done"
    DROP = "drop"  # nobody needs it; a mandatory one can't be dropped (E25)


@router.post("/leads/{lead_id}/tasks/{task_id}/{what}")
def end(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    task_id: str,
    what: Ending,
) -> Response:
    """Note it; done twice, it stays done."""
    now = site.clock.now()
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead_to_work_on(db, lead_id=lead_id, user_id=viewer.id)
        task = db.get(Task, task_id)
        if task is None or task.lead_id != lead_id:
            raise NotFoundError("There is no such task; somebody may have taken it back.")
        if what is Ending.DONE:
            complete_task(db, task_id, by=viewer.id, now=now)
        else:
            delete_task(db, task_id, by=viewer.id, now=now)
    response = see_other(f"/leads/{lead_id}#tasks")
    flash.leave(response, site, "task_done" if what is Ending.DONE else "task_dropped")
    return response
