"""Imports: spreadsheets that become leads and contacts, and that can be taken back."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session, col

from models.imported import ImportBatch
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.errors import ApiError
from service.api.once import AttemptHere, Done
from service.api.pages import Key, ListingHere, Page
from service.api.shapes.base import RowId
from service.api.shapes.imports import (
    Became,
    HeadingGiven,
    ImportBrought,
    ImportGiven,
    ImportUndone,
    NewImport,
    RowGiven,
)
from service.api.told import LINK, reads, writes
from service.errors import NotFoundError, RefusedError
from service.exports.batches import BatchLine, Outcome, undo
from service.exports.sheet_columns import Column
from service.serving.bringing import Arrived, Sent, bring_sheet, imports_of, is_theirs
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["imports"])
Bringer = Annotated[Viewer, Depends(allow(Permission.CAPTURE_POSTS))]
_KEYS = (Key(col(ImportBatch.id), descending=True),)
#: A reason quotes the row, so it is not kept with an answer.
_REASON_NOT_KEPT: Final = (
    "It can't be used; send it with another Idempotency-Key, or none, to read why."
)


@router.get("/imports", summary="List imports", responses=reads(headers=LINK))
def list_imports(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.READ_LEADS))],
    listing: ListingHere,
) -> Page[ImportGiven]:
    """List the files that you brought, newest first; who decides about leads sees everybody's."""
    behind = listing.behind(_KEYS)
    conditions = () if behind is None else (behind,)
    with reading(site.engine) as db:
        found = imports_of(db, viewer, *conditions, most=listing.limit + 1)
    shown, following = listing.page(found, lambda one: (one.id,))
    return Page(items=tuple(_listed(one) for one in shown), next=following)


@router.post(
    "/imports",
    summary="Bring a spreadsheet",
    response_model=ImportBrought,
    status_code=201,
    responses=writes(status=201) | {200: {"model": ImportBrought}},
)
def bring_import(attempt: AttemptHere, viewer: Bringer, asked: NewImport) -> Response:
    """Take in a sheet: a row that says what somebody needs becomes a lead, an address a contact.

    Each row is taken in as it is or not at all, by itself; the answer, 201, says what became of
    each. A row that says the same as one that is here is `known` and changes nothing, so a sheet
    may always be sent again: after a crash half-way that takes in what is missing, as a further
    import. With its `Idempotency-Key` it is answered by what is kept of the first answer: the
    import and the ids, without headings and reasons, which hold words of the sheet.

    A dry run does all of it, keeps nothing and answers 200; an `Idempotency-Key` is not used up.
    """
    sent = Sent(
        name=asked.file,
        content=asked.content.encode(),
        said={heading: str(column) for heading, column in asked.columns.items()},
        topic=asked.topic or None,
        owner=asked.owner,
    )

    def work() -> Done:
        try:
            arrived = bring_sheet(attempt.site, viewer, sent, dry_run=asked.dry_run)
        except RefusedError as error:
            raise ApiError(str(error)) from error  # the sheet is wrong, not the time: no 409
        body = _brought(arrived)
        return Done(body=body, status=200 if asked.dry_run else 201, kept=_wordless(body))

    return attempt.answer(work()) if asked.dry_run else attempt.in_steps(work)


@router.post(
    "/imports/{import_id}/undo",
    summary="Take an import back",
    response_model=ImportUndone,
    responses=writes(),
)
def undo_import(attempt: AttemptHere, viewer: Bringer, import_id: RowId) -> Response:
    """Take back what an import made, as if it had never been: your own, or as who decides any.

    Leads that somebody moved, worked on or merged since stay, and are named; it may be sent again
    for them, until all is taken back.
    """

    def work(db: Session) -> Done:
        batch = db.get(ImportBatch, import_id)
        if batch is None or not is_theirs(viewer, batch):
            raise NotFoundError("There is no such import of yours.")
        done = undo(db, batch, by=viewer.id, now=attempt.site.clock.now())
        return Done(body=ImportUndone(leads=done.leads, contacts=done.contacts, kept=done.kept))

    return attempt.once(work)


def _listed(one: BatchLine) -> ImportGiven:
    return ImportGiven(
        id=one.id,
        kind=one.kind,
        file=one.file,
        by=one.by,
        at=one.at,
        leads=one.leads,
        contacts=one.contacts,
        undone=one.undone_at,
    )


def _brought(arrived: Arrived) -> ImportBrought:
    is_kept = arrived.batch_id is not None
    return ImportBrought(
        id=arrived.batch_id,
        headings=tuple(
            HeadingGiven(heading=heading, column=Column(column) if column else None)
            for heading, column in arrived.plan.told()
        ),
        rows=tuple(
            RowGiven(
                place=one.place,
                became=_became(one),
                known=one.known,
                lead=one.lead_id if is_kept else None,
                person=one.person_id if is_kept else None,
                problem=one.problem,
                note=one.note,
            )
            for one in arrived.outcomes
        ),
    )


def _became(one: Outcome) -> Became:
    if one.known:
        return Became.KNOWN
    if one.lead_id is not None:
        return Became.LEAD
    return Became.NOTHING if one.person_id is None else Became.CONTACT


def _wordless(told: ImportBrought) -> ImportBrought:
    """Return an answer without words of the sheet."""
    rows = tuple(
        one.model_copy(update={"problem": _REASON_NOT_KEPT}) if one.problem else one
        for one in told.rows
    )
    return told.model_copy(update={"headings": (), "rows": rows})
