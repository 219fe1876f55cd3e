"""GET /topics/{topic_id}/history: what its file said; POST .../restore: as it was then."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config import ConfigError
from models.file_version import FileVersion
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.editing.change import Change
from service.editing.history import versions
from service.errors import NotFoundError, RefusedError
from service.serving.site import SiteHere
from service.store.engine import reading
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.render import page, see_other
from service.web.views.topic_editor import file_of, label_of
from service.web.views.topics import shown_versions

router = APIRouter()

_SHOWN = 50


@router.get("/topics/{topic_id}/history")
def history(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TOPICS))],
    topic_id: str,
) -> Response:
    """Show its versions, newest first, each with what it changed."""
    file = file_of(site.live.folder, topic_id)
    with reading(site.engine) as db:
        found = versions(db, label_of(topic_id), most=_SHOWN)
        shown = shown_versions(db, found, digest=file.digest if file else None)
    if file is None and not shown:
        raise NotFoundError
    topic = site.config.topics.get(topic_id)
    return page(
        request,
        "topic_history.html",
        viewer=viewer,
        topic_id=topic_id,
        name=topic.name if topic else topic_id,
        is_there=topic is not None,
        versions=shown,
        may_edit=may(viewer, Permission.EDIT_TOPICS) and site.live.folder is not None,
    )


@router.post("/topics/{topic_id}/restore")
def restore(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))],
    topic_id: str,
    version: Annotated[Line, Form(max_length=36)],
) -> Response:
    """Write a version's text again; that is a version of its own, so nothing is lost."""
    folder = folder_of(site)
    label = label_of(topic_id)
    with reading(site.engine) as db:
        row = db.get(FileVersion, version)
    if row is None or row.file != label:
        raise NotFoundError
    file = file_of(folder, topic_id)
    if file is not None and file.digest == row.digest:
        raise RefusedError("The file says exactly that already.")
    note = f"back to {row.at:%Y-%m-%d %H:%M} UTC"
    try:
        written = change(
            site,
            viewer,
            [Change(file=label, text=row.text, seen=file.digest if file else None)],
            note=note,
        )
    except ConfigError as error:
        first = error.problems[0]
        raise RefusedError(f"As it was then it can't be used now: {first}") from error
    response = see_other(f"/topics/{topic_id}" if topic_id in written.topics else "/topics")
    flash.leave(response, site, "topic_restored")
    return response
