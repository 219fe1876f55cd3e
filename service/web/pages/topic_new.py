"""GET and POST /topics/new: another topic, empty or a copy of one."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from config.topic import Topic
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.first_run.drafting import free_id as id_of
from service.serving.site import SiteHere
from service.web.access.guard import require
from service.web.forms.editing import folder_of
from service.web.pages.topic import save_form, show_editor, topic_named
from service.web.pages.topic_form import SentTopic
from service.web.views.topic_editor import editor_of

router = APIRouter()

_Edits = Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))]


@router.get("/topics/new")
def new(
    request: Request,
    site: SiteHere,
    viewer: _Edits,
    copy: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Show an empty form, or one filled in with a copy."""
    folder_of(site)
    if copy is not None:
        source = topic_named(site, copy)
        draft = source.model_copy(
            update={"id": free_id(source.id, site.config.topics), "name": f"{source.name} (copy)"}
        )
        title = f"A copy of {source.name}"
    else:
        draft = Topic.model_construct(id="", name="")
        title = "A new topic"
    editor = editor_of(site, draft, seen="", is_new=True)
    return show_editor(request, viewer, replace(editor, readings=()), title=title)


@router.post("/topics/new")
def create(request: Request, site: SiteHere, viewer: _Edits, sent: SentTopic) -> Response:
    """Write the new topic."""
    sent.is_new, sent.seen = True, ""
    if sent.name and not sent.id:
        sent.id = id_of(sent.name, site.config.topics)
    return save_form(request, site, viewer, sent)


def free_id(wanted: str, taken: Collection[str]) -> str:
    """Return an id near ``wanted`` that no topic has."""
    numbered = (f"{wanted[:58]}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in numbered if name not in taken)
