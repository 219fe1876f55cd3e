"""POST /topics/{topic_id}/switch: listen, or listen no more; what was heard stays."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.editing.change import Change
from service.editing.tables import put_keys
from service.errors import NotFoundError
from service.serving.site import SiteHere
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.topic import topic_named
from service.web.render import see_other
from service.web.views.topic_editor import file_of, label_of

router = APIRouter()


@router.post("/topics/{topic_id}/switch")
def switch(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))],
    topic_id: str,
    on: Annotated[bool, Form()],
) -> Response:
    """Write ``active`` into the topic's file."""
    topic = topic_named(site, topic_id)
    file = file_of(folder_of(site), topic.id)
    if file is None:
        raise NotFoundError(f"{label_of(topic.id)} is not there: its file has another name.")
    response = see_other(f"/topics/{topic.id}")
    if topic.active != on:
        text = put_keys(file.text, {"active": on})
        note = "switched on" if on else "switched off"
        change(site, viewer, [Change(file=file.file, text=text, seen=file.digest)], note=note)
        flash.leave(response, site, "topic_on" if on else "topic_off")
    return response
