"""POST /leads/ID/tasks: something to be done for a lead."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Response

from models.words import TaskKind
from service.access.visible import find_lead
from service.errors import RefusedError
from service.leads.tasks import add_task
from service.leads.whose import lead_to_work_on
from service.serving.site import SiteHere
from service.store.engine import writing
from service.times import on_clock, zone_of
from service.typed import Line
from service.web import flash
from service.web.forms.lead_form import Worker
from service.web.render import see_other

router = APIRouter()


@router.post("/leads/{lead_id}/tasks")
def add(
    site: SiteHere,
    viewer: Worker,
    lead_id: str,
    what: Annotated[Line, Form(min_length=1, max_length=200)],
    at: Annotated[Line, Form(max_length=16, pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$")],
    kind: Annotated[TaskKind, Form()] = TaskKind.REMINDER,
) -> Response:
    """Set the task, for its owner or else for the viewer, on the viewer's clock."""
    due_at = _moment(at, zone_of(viewer.tz))
    now = site.clock.now()
    if due_at < now:
        raise RefusedError("That moment is past; choose one to come.")
    with writing(site.engine) as db:
        find_lead(db, viewer, lead_id)
        lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=viewer.id)
        add_task(
            db,
            lead,
            kind,
            what,
            due_at=due_at,
            by=user.id,
            now=now,
            user_id=lead.owner_id or user.id,
        )
    response = see_other(f"/leads/{lead_id}#tasks")
    flash.leave(response, site, "task_set")
    return response


def _moment(at: str, tz: ZoneInfo) -> datetime:
    """Return what a browser's field for a moment stands for; a day alone is its morning."""
    try:
        local = datetime.fromisoformat(at if "T" in at else f"{at}T09:00")
    except ValueError as error:
        raise RefusedError("There is no such day.") from error
    return on_clock(local, tz)
