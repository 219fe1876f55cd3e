"""POST /topics/preview: what a topic as it is typed finds, gains and loses. Nothing is written."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.previewing import effect_of
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.pages.topic import sent_editor, show_editor
from service.web.pages.topic_form import SentTopic, TopicForm
from service.web.render import page, wants_fragment
from service.web.views.topics import LABELS, risks_of, shown_effect

router = APIRouter()


@router.post("/topics/preview")
def preview(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))],
    sent: SentTopic,
) -> Response:
    """Check what is typed and look through the stored posts for it.

    htmx gets the panel alone; without it the whole page comes back with the form as it was sent.
    """
    read = (_as_if_named(sent) if sent.is_new else sent).read()
    faults = () if sent.is_new and not sent.finds_something else read.faults
    editor = sent_editor(site, sent, faults)
    if read.topic is not None:
        was = site.config.topics.get(sent.was)
        with reading(site.engine) as db:
            effect = shown_effect(effect_of(db, read.topic, was))
        editor = replace(editor, effect=effect, risks=risks_of(read.topic))
    if wants_fragment(request):
        return page(
            request, "parts/topic_effect.html", viewer=viewer, editor=editor, labels=LABELS
        )
    return show_editor(request, viewer, editor, title=sent.name or "New topic")


def _as_if_named(sent: TopicForm) -> TopicForm:
    """Return a new topic's form as if it had a name: what is yet to be filled in is no mistake."""
    return sent.model_copy(update={"id": sent.id or "new", "name": sent.name or "New"})
