"""Files that people brought: what each made, and taking all of it back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from models.imported import ImportBatch, ImportedRow
from models.lead import Lead
from models.ledger import AuditEvent
from models.people import User
from models.tables import METADATA
from models.words import BatchKind
from service.errors import ConflictError, NotFoundError
from service.leads.ledger import audit, emit, first_kept, take_turn
from service.leads.transitions import HARKEN
from service.store.engine import writing

#: Made beside a lead, and taken away in this order when nothing needs it any more.
MADE = ("inquiry", "lead_signal", "signal", "post", "thread", "person_author", "author", "person")
_LEAD = METADATA.tables["lead"]
#: What goes with a signal or a post, and keeps none of them.
_WITH_POST = frozenset({"cross_post", "post_band", "campaign_mention"})
_IN_CHUNK = 400  # ids in one statement; SQLite takes 999 variables at the least

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row."""

    place: int  # line of the file, or row of the sheet as a spreadsheet counts
    lead_id: str | None = None
    person_id: str | None = None  # a contact was kept: there was nothing that makes a lead
    problem: str | None = None  # why nothing was taken in
    known: bool = False  # it was here already
    note: str | None = None  # what was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """An import as people see it in a list."""

    id: str
    kind: BatchKind
    file: str
    by: str  # handle
    at: datetime
    leads: int
    contacts: int
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What became of an undo."""

    leads: int  # taken away
    contacts: int
    kept: tuple[str, ...]  # ids of leads that somebody touched since: they stay


@contextmanager
def attempting(engine: Engine, *, keep: bool) -> Iterator[Session]:
    """Give a session for one row: what it writes is kept, or taken back at the end of a trial."""
    with writing(engine) as db:
        trial = db.begin_nested()
        yield db
        if not keep:
            trial.rollback()


def begin(db: Session, kind: BatchKind, *, file: str, by: str, now: datetime) -> ImportBatch:
    """Return a new batch, under which rows are noted."""
    batch = ImportBatch(kind=kind, file=file[:200], by=by, at=now)
    db.add(batch)
    db.flush()
    audit(db, actor=by, action="import.begun", subject=f"import:{batch.id}", at=now)
    return batch


def note(
    db: Session,
    batch_id: str,
    *,
    place: int,
    fingerprint: str,
    lead_id: str | None,
    person_id: str | None,
    made: Mapping[str, Collection[str]],
) -> None:
    """Write down what a row made."""
    stored: dict[str, JsonValue] = {table: [*sorted(ids)] for table, ids in made.items() if ids}
    row = ImportedRow(
        batch_id=batch_id,
        place=place,
        fingerprint=fingerprint,
        lead_id=lead_id,
        person_id=person_id,
        made=stored,
        seq=newest_event(db),
    )
    db.add(row)
    db.flush()


def newest_event(db: Session) -> int:
    """Return the number of the newest audit event; 0 where there is none."""
    db.flush()
    return db.exec(select(func.max(AuditEvent.seq))).one() or 0


def is_known(db: Session, fingerprint: str) -> bool:
    """Tell whether a row that says the same was taken in, and is not taken back."""
    there = select(ImportedRow.id).where(
        ImportedRow.fingerprint == fingerprint, col(ImportedRow.undone_at).is_(None)
    )
    return db.exec(there.limit(1)).first() is not None


def batches(db: Session, *conditions: sa.ColumnElement[bool], most: int = 100) -> list[BatchLine]:
    """Return the imports that meet the conditions, the newest first: ids are made in order."""
    handles = dict(db.exec(select(User.id, User.handle)).all())
    found = db.exec(
        select(
            ImportBatch,
            func.count(col(ImportedRow.lead_id)),
            func.count(col(ImportedRow.person_id)),
        )
        .outerjoin(ImportedRow, col(ImportedRow.batch_id) == ImportBatch.id)
        .where(*conditions)
        .group_by(col(ImportBatch.id))
        .order_by(col(ImportBatch.id).desc())
        .limit(most)
    )
    return [
        BatchLine(
            id=batch.id,
            kind=batch.kind,
            file=batch.file,
            by=handles[batch.by],
            at=batch.at,
            leads=leads,
            contacts=contacts,
            undone_at=batch.undone_at,
        )
        for batch, leads, contacts in found
    ]


def batch_named(db: Session, name: str) -> ImportBatch:
    """Return the import whose id begins or ends so.

    Raises:
        NotFoundError: none does, or several.
    """
    called = name.lower()
    found = db.exec(
        select(ImportBatch)
        .where(
            col(ImportBatch.id).startswith(called, autoescape=True)
            | col(ImportBatch.id).endswith(called, autoescape=True)
        )
        .limit(2)
    ).all()
    if len(found) != 1:
        why = "no import is called" if not found else "several imports are called"
        raise NotFoundError(f"{why} {name!r}; see `harken leads imports`")
    return found[0]


def undo(db: Session, batch: ImportBatch, *, by: str, now: datetime) -> Undone:
    """Take away what an import made and nobody touched since, as if it had never been.

    Whoever was told of such a lead is told that it is erased. A lead that a person moved, noted
    something on, or merged stays with all that is its own; a second undo tries it again.

    Raises:
        ConflictError: all of it was taken back already.
    """
    take_turn(db)
    if batch.undone_at is not None:
        raise ConflictError("This import was taken back already.")
    rows = db.exec(
        select(ImportedRow)
        .where(ImportedRow.batch_id == batch.id, col(ImportedRow.undone_at).is_(None))
        .order_by(col(ImportedRow.place).desc())
    ).all()
    kept = {row.lead_id for row in rows if row.lead_id and _is_touched(db, row)}
    gone = [row for row in rows if row.lead_id not in kept]
    leads = [row.lead_id for row in gone if row.lead_id]
    for some in _portions(leads):
        _take_away_leads(db, some, by=by, now=now)
    for table in MADE:
        for some in _portions([key for row in gone for key in _ids(row.made, table)]):
            _take_away(db, table, some)
    for row in gone:
        row.undone_at = now
        db.add(row)
    if not kept:
        batch.undone_at, batch.undone_by = now, by
        db.add(batch)
    audit(
        db,
        actor=by,
        action="import.undone",
        subject=f"import:{batch.id}",
        at=now,
        detail={"leads": len(leads), "kept": len(kept)},
    )
    contacts = sum(row.person_id is not None for row in gone)
    return Undone(leads=len(leads), contacts=contacts, kept=tuple(sorted(map(str, kept))))


def _is_touched(db: Session, row: ImportedRow) -> bool:
    """Tell whether a person did something with the lead since it was brought.

    Where events since then had their time and are gone nobody can tell, so somebody may have.
    """
    if first_kept(db) > row.seq + 1:
        return True
    since = select(AuditEvent.seq).where(
        AuditEvent.subject == f"lead:{row.lead_id}",
        col(AuditEvent.seq) > row.seq,
        AuditEvent.actor != HARKEN,
    )
    return db.exec(since.limit(1)).first() is not None


def _take_away_leads(db: Session, ids: Sequence[str], *, by: str, now: datetime) -> None:
    db.connection().execute(
        sa.update(_LEAD).where(_LEAD.c.merged_into.in_(ids)).values(merged_into=None)
    )
    _cascade(db, _LEAD, ids)
    db.expire_all()
    for lead_id in sorted(ids):
        audit(db, actor=by, action="lead.taken_back", subject=f"lead:{lead_id}", at=now)
        emit(db, "lead.erased", lead_id, now, {"lead_id": lead_id})


def _cascade(db: Session, table: sa.Table, keys: Iterable[object]) -> None:
    """Delete rows with all that refers to them."""
    for wanted in _portions(sorted(set(keys), key=str)):
        _cascade_some(db, table, wanted)


def _cascade_some(db: Session, table: sa.Table, wanted: Sequence[object]) -> None:
    (key,) = table.primary_key.columns.values()
    for child, column in _children(table):
        if child is table:
            continue
        there = sa.select(*child.primary_key.columns).where(column.in_(wanted))
        found = db.connection().execute(there).all()
        if len(child.primary_key.columns) == 1:
            _cascade(db, child, [row[0] for row in found])
        else:
            db.connection().execute(sa.delete(child).where(column.in_(wanted)))
    db.connection().execute(sa.delete(table).where(key.in_(wanted)))


def _take_away(db: Session, name: str, ids: Collection[str]) -> None:
    """Delete those of the rows that nothing refers to any more."""
    table = METADATA.tables[name]
    wanted = set(ids)
    (key,) = table.primary_key.columns.values()
    for child, column in _children(table):
        if name in {"signal", "post"} and child.name in _WITH_POST:
            continue  # these go with it
        used = sa.select(column).where(column.in_(sorted(wanted)))
        wanted -= set(db.connection().execute(used).scalars())
    if wanted:
        db.connection().execute(sa.delete(table).where(key.in_(sorted(wanted))))
    db.expire_all()


def _portions(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    return (keys[start : start + _IN_CHUNK] for start in range(0, len(keys), _IN_CHUNK))


def _children(table: sa.Table) -> list[tuple[sa.Table, sa.Column[str]]]:
    """Return the tables that refer to one, with the column that does."""
    return [
        (child, key.parent)
        for child in METADATA.sorted_tables
        for key in child.foreign_keys
        if key.column.table is table
    ]


def _ids(made: Mapping[str, JsonValue], table: str) -> list[str]:
    stored = made.get(table)
    return [str(key) for key in stored] if isinstance(stored, list) else []


def is_there(db: Session, lead_id: str) -> bool:
    """Tell whether there is a lead of that id, an erased one too."""
    return db.exec(select(Lead.id).where(Lead.id == lead_id)).first() is not None
