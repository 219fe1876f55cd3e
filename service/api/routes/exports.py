"""GET /exports/leads: many leads at once, in the shape that somebody else's program reads."""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine
from sqlmodel import col, select

from models.lead import Lead
from models.words import LeadStatus
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.api.callers import allow
from service.api.shapes.base import Slug
from service.api.told import reads
from service.exports.cells import Cell, write_sheet
from service.exports.field_maps import FIELD_MAPS, Fields
from service.exports.leaving import note_export
from service.exports.told import ToldLead, read_told
from service.serving.site import SiteHere
from service.store.engine import reading, writing

router = APIRouter(tags=["exports"])
_BATCH = 500
_JSONL, _CSV = "application/x-ndjson", "text/csv; charset=utf-8"


class Form(StrEnum):
    """In what shape leads leave."""

    JSONL = "jsonl"
    CSV = "csv"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    PIPEDRIVE = "pipedrive"


@router.get(
    "/exports/leads",
    summary="Export leads",
    response_class=StreamingResponse,
    responses=reads()
    | {
        200: {
            "description": "A lead a line: JSON for jsonl and pipedrive, else CSV that no "
            "spreadsheet takes for formulas.",
            "content": {
                _JSONL: {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
)
def export_leads(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.EXPORT_LEADS))],
    form: Annotated[Form, Query(alias="format")] = Form.JSONL,
    status: Annotated[
        list[LeadStatus] | None, Query(max_length=20, description="only these")
    ] = None,
    topic: Annotated[Slug | None, Query(description="its id")] = None,
) -> StreamingResponse:
    """Write the leads that you may see, oldest first; nobody who must be left alone is in it."""
    wanted = select(Lead.id).where(visible_to(viewer)).order_by(Lead.id)
    if status is not None:
        wanted = wanted.where(col(Lead.status).in_(status))
    if topic is not None:
        wanted = wanted.where(Lead.topic_id == topic)
    with reading(site.engine) as db:
        ids = db.exec(wanted).all()
    now = site.clock.now()
    with writing(site.engine) as db:
        note_export(db, form=form.value, leads=len(ids), by=viewer.id, now=now)
    leads = _told(site.engine, ids, site.secret)
    shape = FIELD_MAPS.get(form.value, _plain)
    fields = (shape(lead) for lead in leads)
    is_json = form in {Form.JSONL, Form.PIPEDRIVE}
    return StreamingResponse(
        _lines(fields) if is_json else _sheet(fields),
        media_type=_JSONL if is_json else _CSV,
        headers={
            "Content-Disposition": f'attachment; filename="leads.{"jsonl" if is_json else "csv"}"'
        },
    )


def _told(engine: Engine, ids: Sequence[str], secret: bytes) -> Iterator[ToldLead]:
    """Yield leads a batch at a time: each is read when it leaves, as it is then."""
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        with reading(engine) as db:
            told = read_told(db, batch, secret=secret)
        yield from (told[lead_id] for lead_id in batch if lead_id in told)


def _plain(lead: ToldLead) -> Fields:
    return lead.as_json()


def _lines(rows: Iterator[Fields]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _sheet(rows: Iterator[Fields]) -> Iterator[bytes]:
    first = next(rows, None)
    if first is None:
        return
    yield from (
        line.encode("utf-8", "replace") for line in write_sheet(list(first), _cells(first, rows))
    )


def _cells(first: Fields, rows: Iterator[Fields]) -> Iterator[Sequence[Cell]]:
    yield [_cell(value) for value in first.values()]
    for row in rows:
        yield [_cell(value) for value in row.values()]


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float | None) else str(value)
