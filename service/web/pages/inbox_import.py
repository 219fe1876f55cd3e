"""GET and POST /inbox/import: a rep's own spreadsheet becomes leads, after a look at what would.

The file goes back and forth inside the form, so that the same bytes are tried and then taken in,
whichever process answers, and nothing of it is kept before somebody says so.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import Field

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import ForbiddenError, RefusedError
from service.exports.batches import Outcome, batch_named, undo
from service.exports.sheet_columns import Column
from service.serving.bringing import Sent, bring_sheet, imports_of, is_theirs
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import page, see_other
from service.web.views.brought import brought_lines

router = APIRouter()

#: In base64 with the rest of the form it fits into what a request may carry.
MOST_BYTES = 40 * 1024
_MOST_SHOWN = 50
_MOST_LISTED = 20
_NOTHING = "-"
_COLUMNS = tuple(column.value for column in Column)

_Brings = Annotated[Viewer, Depends(require(Permission.CAPTURE_POSTS))]
_Meant = Annotated[Line, Field(max_length=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would come of a sheet."""

    file: str
    content: str  # base64
    headings: tuple[tuple[str, str, str], ...]  # name, what it is taken for, its first cell
    outcomes: tuple[Outcome, ...]

    @property
    def leads(self) -> int:
        """Rows that become a lead."""
        return sum(one.lead_id is not None for one in self.outcomes)

    @property
    def contacts(self) -> int:
        """Rows that only say who somebody is."""
        return sum(one.person_id is not None for one in self.outcomes)

    @property
    def known(self) -> int:
        """Rows that are here already."""
        return sum(one.known for one in self.outcomes)

    @property
    def remarks(self) -> list[tuple[int, str]]:
        """Rows that can't be used or not wholly, with the reason."""
        said = [
            (one.place, one.problem or (f"left out {one.note}" if one.note else ""))
            for one in self.outcomes
        ]
        return [(place, why) for place, why in said if why][:_MOST_SHOWN]


@router.get("/inbox/import")
def form(request: Request, site: SiteHere, viewer: _Brings) -> Response:
    """Ask for the sheet, and list those that were brought."""
    return _page(request, site, viewer)


@router.post("/inbox/import")
def look(
    request: Request,
    site: SiteHere,
    viewer: _Brings,
    file: Annotated[UploadFile, File()],
    topic: Annotated[Line, Form(max_length=64)] = "",
) -> Response:
    """Say what would come of the sheet, by what its headings seem to mean; keep nothing."""
    content = file.file.read(MOST_BYTES + 1)
    name = PurePath(file.filename or "sheet.csv").name[:100]
    try:
        if len(content) > MOST_BYTES:
            raise RefusedError(  # noqa: TRY301 - said where all else that is wrong with it is
                "That is more than 40 kB: cut it in two, or have `harken leads import` read it."
            )
        trial = _tried(site, viewer, name, content, said={}, topic=topic)
    except RefusedError as error:
        return _page(request, site, viewer, topic=topic, problem=str(error))
    return _page(request, site, viewer, topic=topic, trial=trial)


@router.post("/inbox/import/rows")
def take(
    request: Request,
    site: SiteHere,
    viewer: _Brings,
    act: Annotated[Literal["try", "take"], Form()],
    name: Annotated[Line, Form(max_length=100)],
    content: Annotated[Line, Form(max_length=2 * MOST_BYTES)],
    heading: Annotated[list[Annotated[Line, Field(max_length=100)]], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    meant: Annotated[list[_Meant], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    topic: Annotated[Line, Form(max_length=64)] = "",
) -> Response:
    """Try it again with other columns, or take it in."""
    said = dict(zip(heading, meant, strict=False))
    try:
        sheet = base64.b64decode(content, validate=True)
        if act == "try":
            trial = _tried(site, viewer, name, sheet, said=said, topic=topic)
            return _page(request, site, viewer, topic=topic, trial=trial)
        sent = Sent(name=name, content=sheet, said=said, topic=topic or None)
        bring_sheet(site, viewer, sent, dry_run=False)
    except binascii.Error as error:
        raise RefusedError("The file got lost on its way: choose it again.") from error
    except RefusedError as error:
        return _page(request, site, viewer, topic=topic, problem=str(error))
    response = see_other("/inbox/import")
    flash.leave(response, site, "brought")
    return response


@router.post("/inbox/import/{batch}/undo")
def take_back(site: SiteHere, viewer: _Brings, batch: str) -> Response:
    """Take back what an import made and nobody touched since."""
    with writing(site.engine) as db:
        found = batch_named(db, batch)
        if not is_theirs(viewer, found):
            raise ForbiddenError
        done = undo(db, found, by=viewer.id, now=site.clock.now())
    response = see_other("/inbox/import")
    flash.leave(response, site, "brought_back_some" if done.kept else "brought_back")
    return response


def _tried(
    site: Site, viewer: Viewer, name: str, content: bytes, *, said: Mapping[str, str], topic: str
) -> Trial:
    sent = Sent(name=name, content=content, said=said, topic=topic or None)
    arrived = bring_sheet(site, viewer, sent, dry_run=True)
    rows = arrived.plan.sheet.rows
    first = rows[0].cells if rows else ()
    return Trial(
        file=name,
        content=base64.b64encode(content).decode("ascii"),
        headings=tuple(
            (heading, column or _NOTHING, first[number] if first else "")
            for number, (heading, column) in enumerate(arrived.plan.told())
        ),
        outcomes=arrived.outcomes,
    )


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    topic: str = "",
    trial: Trial | None = None,
    problem: str | None = None,
) -> Response:
    with reading(site.engine) as db:
        shown = brought_lines(db, viewer, imports_of(db, viewer, most=_MOST_LISTED))
    return page(
        request,
        "inbox_import.html",
        viewer=viewer,
        status=422 if problem else 200,
        trial=trial,
        problem=problem,
        topic=topic,
        topics=[(one.id, one.name) for one in site.config.topics.values() if one.active],
        columns=_COLUMNS,
        brought=shown,
    )
