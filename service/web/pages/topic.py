"""GET and POST /topics/{topic_id}: a topic, changed by a form."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from config import ConfigError
from config.topic import Topic
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.editing.change import Change, EditedMeanwhileError
from service.editing.files import FileText
from service.editing.topics import Fault, faults_of, new_topic_text, put_topic
from service.errors import RefusedError
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.unknown import unknown
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.topic_form import SentTopic, TopicForm
from service.web.render import page, see_other
from service.web.views.topic_editor import (
    Editor,
    conflict_of,
    editor_of,
    file_of,
    furnished,
    label_of,
    readings,
)
from service.web.views.topics import LABELS, topic_health

router = APIRouter()

#: Paths of their own under /topics.
RESERVED = frozenset({"new", "preview", "import"})


def topic_named(site: Site, topic_id: str) -> Topic:
    """Return a topic of the configuration as it is now.

    Raises:
        NotFoundError: there is none of that id.
    """
    topics = site.config.topics
    if topic_id not in topics:
        raise unknown("topic", topic_id[:64], topics.keys())
    return topics[topic_id]


def show_editor(
    request: Request, viewer: Viewer, editor: Editor, *, title: str, status: int = 200
) -> Response:
    """Return the page of the form."""
    return page(
        request,
        "topic.html",
        viewer=viewer,
        status=status,
        editor=editor,
        labels=LABELS,
        title=title,
        may_edit=may(viewer, Permission.EDIT_TOPICS) and editor.unchangeable is None,
        may_read_leads=may(viewer, Permission.READ_LEADS),
    )


@router.get("/topics/{topic_id}")
def topic(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TOPICS))],
    topic_id: str,
) -> Response:
    """Show a topic in its form; who may not change it sees the same, without a button."""
    found = topic_named(site, topic_id)
    with reading(site.engine) as db:
        health = topic_health(db, site.config, found, now=site.clock.now())
    file = file_of(site.live.folder, topic_id)
    editor = editor_of(site, found, seen=file.digest if file else "", health=health)
    return show_editor(request, viewer, editor, title=found.name)


@router.post("/topics/{topic_id}")
def save(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))],
    topic_id: str,
    sent: SentTopic,
) -> Response:
    """Save the form, or show what keeps it from being saved."""
    sent.id = topic_named(site, topic_id).id
    return save_form(request, site, viewer, sent)


def save_form(request: Request, site: Site, viewer: Viewer, sent: TopicForm) -> Response:
    """Write what was typed as the topic's file."""
    folder = folder_of(site)
    read = sent.read()
    draft = read.topic
    if draft is None:
        return show_editor(
            request, viewer, sent_editor(site, sent, read.faults), title=sent.name, status=422
        )
    if sent.is_new and (draft.id in RESERVED or draft.id in site.config.topics):
        taken = Fault(field="id", message=f"“{draft.id}” is taken; choose another")
        return show_editor(
            request, viewer, sent_editor(site, sent, (taken,)), title=sent.name, status=422
        )
    label = label_of(draft.id)
    file = file_of(folder, draft.id)
    try:
        if (file.digest if file else "") != sent.seen:
            raise EditedMeanwhileError  # noqa: TRY301 - as the writer itself would find
        text = _text(draft, file)
        change(
            site,
            viewer,
            [Change(file=label, text=text, seen=sent.seen or None)],
            note=sent.note,
        )
    except EditedMeanwhileError:
        return _conflict(request, site, viewer, sent, draft)
    except ConfigError as error:
        faults = faults_of(error.problems, label)
        return show_editor(
            request, viewer, sent_editor(site, sent, faults), title=draft.name, status=422
        )
    response = see_other(f"/topics/{draft.id}")
    flash.leave(response, site, "topic_saved")
    return response


def _text(draft: Topic, file: FileText | None) -> str:
    if file is None:
        return new_topic_text(draft)
    text = put_topic(file.text, draft)
    if text == file.text:
        raise RefusedError("There is nothing to save: the file says all of that already.")
    return text


def sent_editor(site: Site, sent: TopicForm, faults: tuple[Fault, ...]) -> Editor:
    """Return the form as it was sent, with what is wrong in it."""
    return furnished(
        site,
        Editor(
            typed=sent.typed,
            active=sent.active,
            listened=frozenset(sent.source),
            seen=sent.seen,
            is_new=sent.is_new,
            note=sent.note,
            faults=faults,
            readings=readings(sent.queries()),
        ),
    )


def _conflict(
    request: Request, site: Site, viewer: Viewer, sent: TopicForm, draft: Topic
) -> Response:
    file = file_of(site.live.folder, draft.id)
    with reading(site.engine) as db:
        conflict, both = conflict_of(db, file, sent.seen, draft)
    editor = editor_of(site, both, seen=file.digest if file else "")
    shown = replace(editor, conflict=conflict, note=sent.note)
    return show_editor(request, viewer, shown, title=draft.name, status=409)
