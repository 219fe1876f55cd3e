"""/settings/files: the configuration as text, checked whole, with its history and a way back."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from config import ConfigError
from models.file_version import FileVersion
from models.people import User
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.editing.files import EDITABLE, FileText
from service.editing.history import difference, versions
from service.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.typed import Line, Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import check_file, file_of, write_file
from service.web.pages.team_person import catch_up
from service.web.render import page, see_other

router = APIRouter()

Editor = Annotated[Viewer, Depends(require(Permission.EDIT_ROUTING))]
Digest = Annotated[Line, Form(max_length=64)]
Note = Annotated[Line, Form(max_length=200)]

#: What a manager may edit; the rest of the files is an admin's.
_MANAGERS = ("routing.toml", "sla.toml")
ABOUT = {
    "routing.toml": "which team gets a lead",
    "sla.toml": "how long everything may take",
    "teams.toml": "who works here, holidays",
    "scoring.toml": "what a signal is worth",
    "process.toml": "who owns the process, what a qualified lead is",
    "nurture.toml": "what leads that are not ready get",
    "content.toml": "what there is to say at each step",
    "costs.toml": "what sources and campaigns cost",
    "offerings.toml": "what is sold, each in a time of its own",
    "privacy.toml": "what people whose posts are kept are told of it",
    "sources.toml": "what is listened to",
    "policies.toml": "what may be done at each source",
}


@router.get("/settings/files")
def list_files(request: Request, site: SiteHere, viewer: Editor) -> Response:
    """List the files that the viewer may edit."""
    files = [file_of(site, name) for name in _files_of(viewer)] if site.live.folder else []
    return page(request, "settings_files.html", viewer=viewer, files=files, about=ABOUT)


@router.get("/settings/files/{file}")
def show_file(
    request: Request,
    site: SiteHere,
    viewer: Editor,
    file: str,
    version: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show what stands in it, what stood there before, and one change of its history."""
    return _page(request, site, viewer, _checked(viewer, file), version=version)


@router.post("/settings/files/{file}")
def edit_file(
    request: Request,
    site: SiteHere,
    viewer: Editor,
    file: str,
    text: Annotated[Prose, Form(max_length=60_000)],
    seen: Digest,
    note: Note = "",
    act: Annotated[Line, Form(max_length=8)] = "check",
) -> Response:
    """Check it, or write it; what would leave anything unusable is not written."""
    file, text = _checked(viewer, file), f"{text}\n"
    try:
        if act == "save":
            write_file(site, viewer, file, text, seen=seen, note=note or None)
            catch_up(site)
            return _saved(site, file, "saved")
        check_file(site, file, text)
    except ConfigError as error:
        problems = [str(problem) for problem in error.problems]
        return _page(request, site, viewer, file, text=text, seen=seen, problems=problems)
    except (RefusedError, ConflictError) as error:
        return _page(request, site, viewer, file, text=text, seen=seen, problems=[str(error)])
    return _page(request, site, viewer, file, text=text, seen=seen, is_fine=True)


@router.post("/settings/files/{file}/back")
def roll_back(
    request: Request,
    site: SiteHere,
    viewer: Editor,
    file: str,
    version: Annotated[Line, Form(max_length=36)],
) -> Response:
    """Write what stood there at a version; that is a change like any other, so it has one too."""
    file = _checked(viewer, file)
    with reading(site.engine) as db:
        row = db.get(FileVersion, version)
    if row is None or row.file != file or row.text is None:
        raise NotFoundError("There is no such version of that file.")
    now = file_of(site, file)
    note = f"rolled back to {row.at:%Y-%m-%d %H:%M} UTC"
    try:
        write_file(site, viewer, file, row.text, seen=now.digest, note=note)
    except ConfigError as error:
        problems = [str(problem) for problem in error.problems]
        return _page(request, site, viewer, file, text=row.text, problems=problems)
    catch_up(site)
    return _saved(site, file, "rolled_back")


def _files_of(viewer: Viewer) -> Sequence[str]:
    return EDITABLE if may(viewer, Permission.EDIT_SETTINGS) else _MANAGERS


def _checked(viewer: Viewer, file: str) -> str:
    if file not in EDITABLE:
        raise NotFoundError
    if file not in _files_of(viewer):
        raise ForbiddenError("Only an admin edits this file.")
    return file


def _saved(site: Site, file: str, code: str) -> Response:
    response = see_other(f"/settings/files/{file}")
    flash.leave(response, site, code)
    return response


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    file: str,
    *,
    text: str | None = None,
    seen: str | None = None,
    problems: Sequence[str] = (),
    is_fine: bool = False,
    version: str = "",
) -> Response:
    now: FileText = file_of(site, file)
    with reading(site.engine) as db:
        past = versions(db, file)
        names = {row.by: db.get_one(User, row.by).name for row in past if row.by}
    chosen = next((number for number, row in enumerate(past) if row.id == version), None)
    before = past[chosen + 1].text if chosen is not None and chosen + 1 < len(past) else None
    return page(
        request,
        "settings_file.html",
        viewer=viewer,
        status=422 if problems else 200,
        file=now,
        about=ABOUT[file],
        text=now.text if text is None else text,
        seen=seen or now.digest,
        problems=problems,
        is_fine=is_fine,
        changed=difference(now.text, text) if text is not None else (),
        past=past,
        names=names,
        chosen=past[chosen] if chosen is not None else None,
        diff=difference(before, past[chosen].text) if chosen is not None else (),
    )
