"""GET /inbox.csv: the leads of a view as a sheet, with the same filters as the page."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.exports.cells import Cell, write_sheet
from service.exports.leaving import note_export
from service.serving.site import SiteHere
from service.store.engine import reading, writing
from service.web.access.guard import require
from service.web.views.inbox import home_view
from service.web.views.inbox_asked import InboxAsked
from service.web.views.inbox_sheet import HEADINGS, read_sheet
from service.web.wording.words import stages

router = APIRouter()


@router.get("/inbox.csv")
def sheet(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EXPORT_LEADS))],
    asked: Annotated[InboxAsked, Query()],
) -> Response:
    """Write the sheet; that somebody took it is noted."""
    now = site.clock.now()
    with reading(site.engine) as db:
        view = asked.view or home_view(db, viewer, now=now)
        rows = read_sheet(
            db,
            viewer,
            asked,
            view,
            base_url=site.base_url,
            now=now,
            stages=stages(site.config.process),
        )
    with writing(site.engine) as db:
        note_export(db, form="csv", leads=len(rows), by=viewer.id, now=now, view=view.value)
    name = f"leads-{view.value}-{now:%Y-%m-%d}.csv"
    return StreamingResponse(
        _encoded(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _encoded(rows: list[tuple[Cell, ...]]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # spreadsheets take it for UTF-8 only so
    for line in write_sheet(HEADINGS, rows):
        yield line.encode()
