"""The leads of a view as rows of a sheet."""

from datetime import datetime

from sqlmodel import Session, select

from models.lead import Lead
from models.words import Kind
from service.access.viewer import Viewer
from service.errors import HarkenError
from service.exports.cells import Cell
from service.leads.listing import lines_of
from service.times import iso
from service.web.views.inbox_asked import InboxAsked, View
from service.web.views.inbox_filters import Narrowed, order_of
from service.web.wording.words import KINDS, STATUSES, Stages

#: Who wants more takes `harken leads list --json`.
MOST_ROWS = 10_000
_IN_CHUNK = 500
HEADINGS = (
    "Lead",
    "Title",
    "Status",
    "Score",
    "What they ask",
    "Topic",
    "Source",
    "With",
    "Heard",
    "Next step",
    "Due",
    "Quote",
    "Original",
    "Page",
    "Customer",
)


class UnreadSearchError(HarkenError):
    """The search can't be read, so there is no sheet of what it finds."""


def read_sheet(
    db: Session,
    viewer: Viewer,
    asked: InboxAsked,
    view: View,
    *,
    base_url: str,
    now: datetime,
    stages: Stages = STATUSES,
) -> list[tuple[Cell, ...]]:
    """Return the rows under `HEADINGS`, in the order of the page, `MOST_ROWS` at the most.

    Raises:
        UnreadSearchError: the words that are searched for can't be read.
    """
    narrowed = Narrowed(db, viewer, asked, view, now)
    if narrowed.problem is not None:
        raise UnreadSearchError(narrowed.problem)
    wanted = select(Lead.id).where(narrowed.condition).order_by(*order_of(view, asked.sort))
    ids = db.exec(wanted.limit(MOST_ROWS)).all()
    rows: list[tuple[Cell, ...]] = []
    for start in range(0, len(ids), _IN_CHUNK):
        chunk = ids[start : start + _IN_CHUNK]
        lines = lines_of(db, chunk)
        rows += [
            (
                line.id,
                line.title,
                stages[line.status],
                int(line.shown_score),
                KINDS[Kind(line.kind)],
                line.topic,
                line.source,
                line.owner or "",
                iso(line.heard_at),
                line.next_step,
                iso(line.next_step_at) if line.next_step_at else "",
                line.quote,
                line.url or "",
                f"{base_url}/leads/{line.id}",
                "yes" if line.is_customer else "",
            )
            for lead_id in chunk
            if (line := lines.get(lead_id)) is not None
        ]
    return rows
