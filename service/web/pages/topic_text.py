"""GET and POST /topics/{topic_id}/text: a topic's file itself; GET .../file: to take away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config import ConfigError
from config.folder import SHIPPED
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.editing.change import Change, EditedMeanwhileError
from service.editing.files import FileText
from service.errors import NotFoundError
from service.serving.site import Site, SiteHere
from service.typed import Line, Prose, prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.topic import topic_named
from service.web.render import page, see_other
from service.web.views.topic_editor import file_of, label_of
from service.web.views.topics import diff_lines

router = APIRouter()

MOST_TEXT = 60_000

_Reads = Annotated[Viewer, Depends(require(Permission.READ_TOPICS))]


@router.get("/topics/{topic_id}/text")
def text(request: Request, site: SiteHere, viewer: _Reads, topic_id: str) -> Response:
    """Show the file."""
    file = _file(site, topic_id)
    return _show(request, site, viewer, topic_id, text=file.text, seen=file.digest)


@router.post("/topics/{topic_id}/text")
def save(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TOPICS))],
    topic_id: str,
    typed: Annotated[Prose, Form(alias="text", max_length=MOST_TEXT)] = "",
    seen: Annotated[Line, Form(max_length=64)] = "",
    note: Annotated[Line, Form(max_length=500)] = "",
) -> Response:
    """Write the file as it was typed, or show what is wrong with it and where."""
    folder_of(site)
    file = _file(site, topic_id)
    wanted = typed + "\n"
    if prose(file.text) == typed and seen == file.digest:
        return see_other(f"/topics/{topic_id}/text")  # nothing but line ends could differ
    try:
        written = change(
            site,
            viewer,
            [Change(file=file.file, text=wanted, seen=seen or None)],
            note=note,
        )
    except EditedMeanwhileError:
        now = _file(site, topic_id)
        return _show(
            request, site, viewer, topic_id,
            text=wanted, seen=now.digest, theirs=now.text, note=note, status=409,
        )  # fmt: skip
    except ConfigError as error:
        return _show(
            request, site, viewer, topic_id,
            text=wanted, seen=seen, problems=tuple(map(str, error.problems)), note=note,
            status=422,
        )  # fmt: skip
    there = topic_id if topic_id in written.topics else ""
    response = see_other(f"/topics/{there}/text" if there else "/topics")
    flash.leave(response, site, "topic_saved")
    return response


@router.get("/topics/{topic_id}/file")
def file(site: SiteHere, _viewer: _Reads, topic_id: str) -> Response:
    """Give the file as it is, byte for byte."""
    found = _file(site, topic_id)
    folder = site.live.folder if found.is_own else SHIPPED
    content = ((folder or SHIPPED) / found.file).read_bytes()
    name = found.file.rpartition("/")[2]
    return Response(
        content,
        media_type="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file(site: Site, topic_id: str) -> FileText:
    found = file_of(site.live.folder, topic_named(site, topic_id).id)
    if found is None:
        raise NotFoundError(f"{label_of(topic_id)} is not there: its file has another name.")
    return found


def _show(
    request: Request,
    site: Site,
    viewer: Viewer,
    topic_id: str,
    *,
    text: str,
    seen: str,
    theirs: str | None = None,
    problems: tuple[str, ...] = (),
    note: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        "topic_text.html",
        viewer=viewer,
        status=status,
        topic_id=topic_id,
        text=text,
        seen=seen,
        theirs=theirs,
        lines=diff_lines(theirs, text) if theirs is not None else (),
        problems=problems,
        note=note,
        may_edit=may(viewer, Permission.EDIT_TOPICS) and site.live.folder is not None,
    )
