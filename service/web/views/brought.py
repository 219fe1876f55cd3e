"""Spreadsheets that were brought, as their page lists them: by whom, and the leads of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.imported import ImportedRow
from models.lead import Lead
from models.people import User
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.exports.batches import BatchLine

_MOST_LINKED = 5  # leads of one sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtLine:
    """A spreadsheet that somebody brought."""

    id: str
    file: str
    by: str  # a name
    at: datetime
    leads: int
    contacts: int
    undone_at: datetime | None
    linked: tuple[tuple[str, str], ...]  # id and title of the first leads that the viewer sees


def brought_lines(
    db: Session, viewer: Viewer, batches: Sequence[BatchLine]
) -> tuple[BroughtLine, ...]:
    """Return the lines of ``batches`` for ``viewer``."""
    names = dict(db.exec(select(User.handle, User.name)).all())
    linked = _linked(db, viewer, [one.id for one in batches])
    return tuple(
        BroughtLine(
            id=one.id,
            file=one.file,
            by=names.get(one.by, one.by),
            at=one.at,
            leads=one.leads,
            contacts=one.contacts,
            undone_at=one.undone_at,
            linked=tuple(linked.get(one.id, ())[:_MOST_LINKED]),
        )
        for one in batches
    )


def _linked(
    db: Session, viewer: Viewer, batches: Sequence[str]
) -> Mapping[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = db.exec(
        select(ImportedRow.batch_id, Lead.id, Lead.title)
        .join(Lead, col(Lead.id) == col(ImportedRow.lead_id))
        .where(
            col(ImportedRow.batch_id).in_(batches),
            col(ImportedRow.undone_at).is_(None),
            visible_to(viewer),
        )
        .order_by(col(ImportedRow.batch_id), col(ImportedRow.place))
    )
    for batch, lead, title in rows:
        found[batch].append((lead, title))
    return found
