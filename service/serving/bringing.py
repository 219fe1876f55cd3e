"""A rep's spreadsheet over the network: a page or a program tries it, brings it, takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import sqlalchemy as sa
from sqlmodel import Session, col

from models.imported import ImportBatch
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.exports.batches import BatchLine, Outcome, batches
from service.exports.bringing import Plan, bring_rows, open_batch, plan_for
from service.exports.sheets import sheet_of
from service.house import House
from service.leads.whose import DECIDERS
from service.serving.site import Site

#: Each is a transaction, of about 40 ms of a processor, and somebody waits for the answer.
MOST_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A sheet as somebody sends it."""

    name: str  # of its file
    content: bytes
    said: Mapping[str, str] = field(default_factory=dict)  # what headings mean; see `mapping_of`
    topic: str | None = None  # of rows that name none
    owner: str | None = None  # handle; None: who sends it, if they take leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What became of it."""

    batch_id: str | None  # None: it was only tried
    plan: Plan
    outcomes: tuple[Outcome, ...]


def bring_sheet(site: Site, viewer: Viewer, sent: Sent, *, dry_run: bool) -> Arrived:
    """Take in a sheet, a transaction a row; or do all of it and keep nothing.

    Raises:
        RefusedError: it can't be read, has too many rows, or none of its columns is known.
        ForbiddenError: whoever sends it only looks.
    """
    name = PurePath(sent.name).name or "sheet.csv"
    plan = plan_for(sheet_of(sent.content, name), name, sent.said)
    if len(plan.sheet.rows) > MOST_ROWS:
        raise RefusedError(
            f"{name} has more than {MOST_ROWS:,} rows: cut it in two, or have "
            "`harken leads import` read it."
        )
    house = House(
        folder=site.live.folder or Path(),
        config=site.config,
        engine=site.engine,
        secret=site.secret,
        clock=site.clock,
    )
    batch_id = None if dry_run else open_batch(house, file=name, by=viewer.id)
    outcomes = bring_rows(
        house,
        plan,
        batch_id,
        by=viewer.id,
        topic=sent.topic,
        owner=sent.owner or (viewer.handle if viewer.team_id else None),
    )
    return Arrived(batch_id=batch_id, plan=plan, outcomes=tuple(outcomes))


def is_theirs(viewer: Viewer, batch: ImportBatch) -> bool:
    """Tell whether an import is somebody's to see and to take back."""
    return batch.by == viewer.id or viewer.role in DECIDERS


def imports_of(
    db: Session, viewer: Viewer, *conditions: sa.ColumnElement[bool], most: int
) -> list[BatchLine]:
    """Return the imports that are somebody's to see, the newest first."""
    if viewer.role not in DECIDERS:
        conditions = (*conditions, col(ImportBatch.by) == viewer.id)
    return batches(db, *conditions, most=most)
