"""Whole records on their way back in: the same leads, as another Harken had them.

A line is taken in as it is or not at all, in a transaction of its own. What comes in is old news:
nothing of it is told to endpoints, and it leaves its mark in the audit chain. From then on the
leads live on, so what was due is due.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.base import Row
from models.contact import Inquiry
from models.lead import Lead, LeadSignal
from models.people import Team
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import BatchKind
from service.errors import RefusedError
from service.exports import batches
from service.exports.batches import Outcome
from service.exports.leaving import names_here
from service.exports.records import (
    AFTER,
    BEFORE,
    Names,
    PlaceRecord,
    UnknownNameError,
    as_row,
    record_shape,
)
from service.house import House
from service.leads.ledger import audit, take_turn
from service.posts.brought import source_for
from service.posts.suppression import suppressed
from service.store.engine import reading, writing

LONGEST_LINE = 4 * 2**20  # characters; a lead with a hundred long posts fits
#: Rows that another crawl may have made under another id, and what makes them the same.
_SAME: Mapping[type[Row], tuple[str, str]] = {
    Author: ("source_id", "handle_norm"),
    Thread: ("source_id", "key"),
    Post: ("source_id", "external_id"),
    Signal: ("post_id", "topic_id"),
}
#: Columns that name such rows.
_NAMES_OF: Mapping[str, type[Row]] = {
    "author_id": Author,
    "thread_id": Thread,
    "post_id": Post,
    "signal_id": Signal,
}


def return_records(
    house: House, path: Path, *, by: str, dry_run: bool = False
) -> Iterator[Outcome]:
    """Take in a file of records, a transaction a line; yield what became of each.

    Args:
        house: the installation.
        path: JSON Lines in UTF-8, as `harken leads export` writes them.
        by: id of who brings it.
        dry_run: do it all and keep nothing.

    Raises:
        RefusedError: the file can't be read.
    """
    batch_id = "" if dry_run else _begin(house, path, by)
    merged: dict[str, str] = {}
    for place, line in _lines(path):
        outcome = _one(house, batch_id, place, line, by=by, merged=merged)
        yield outcome
    if not dry_run:
        _point_to_survivors(house, merged)


def _begin(house: House, path: Path, by: str) -> str:
    with writing(house.engine) as db:
        now = house.clock.now()
        return batches.begin(db, BatchKind.RECORDS, file=path.name, by=by, now=now).id


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if line.strip():
                    yield number, line
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path.name} can't be read as text in UTF-8: {error}") from error


def _one(
    house: House, batch_id: str, place: int, line: str, *, by: str, merged: dict[str, str]
) -> Outcome:
    if len(line) > LONGEST_LINE:
        return Outcome(place=place, problem="the line is too long to be a lead")
    try:
        record = record_shape().model_validate_json(line)
    except ValidationError as error:
        return Outcome(place=place, problem=_what_is_wrong(error))
    try:
        with batches.attempting(house.engine, keep=bool(batch_id)) as db:
            return _take_in(db, house, record, place, batch_id, by, merged)
    except (RefusedError, UnknownNameError) as error:
        return Outcome(place=place, problem=str(error))
    except IntegrityError as error:
        problem = f"it contradicts itself, or what is here: {error.orig}"
        return Outcome(place=place, problem=problem)


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def _take_in(
    db: Session,
    house: House,
    record: BaseModel,
    place: int,
    batch_id: str,
    by: str,
    merged: dict[str, str],
) -> Outcome:
    take_turn(db)
    told = _Told(record)
    lead = told.one("lead")
    lead_id = str(lead.id)  # type: ignore[attr-defined]  # shaped at run time
    if batches.is_there(db, lead_id):
        return Outcome(place=place, lead_id=lead_id, known=True)
    _make_places(db, house, told)
    names = names_here(db).turned()
    _check(db, house, told, names)
    made = _write(db, told, names, merged)
    now = house.clock.now()
    audit(db, actor=by, action="lead.imported", subject=f"lead:{lead_id}", at=now)
    if batch_id:
        batches.note(
            db,
            batch_id,
            place=place,
            fingerprint=lead_id,
            lead_id=lead_id,
            person_id=None,
            made=made,
        )
    return Outcome(place=place, lead_id=lead_id)


class _Told:
    """A record's parts by their names."""

    def __init__(self, record: BaseModel) -> None:
        self._record = record

    def one(self, name: str) -> BaseModel:
        """Return the part that there is one of."""
        part: BaseModel = getattr(self._record, name)
        return part

    def all(self, name: str) -> list[BaseModel]:
        """Return the rows of a part."""
        rows: list[BaseModel] = getattr(self._record, name)
        return rows


def _make_places(db: Session, house: House, told: _Told) -> None:
    """Make the sources that are missing and that nothing polls: of inquiries, of what was brought.

    Those that are polled are for a person to add, since a crawl begins with that.
    """
    there = set(db.exec(select(Source.slug)))
    for place in told.all("sources"):
        if isinstance(place, PlaceRecord) and place.slug not in there and not place.kind.is_polled:
            source_for(
                db,
                house.config,
                kind=place.kind,
                slug=place.slug,
                name=place.name,
                now=house.clock.now(),
            )


def _check(db: Session, house: House, told: _Told, names: Names) -> None:
    """Refuse what has no place here, or is about somebody who must be left alone."""
    lead = told.one("lead").model_dump()
    if db.get(Topic, lead["topic_id"]) is None:
        raise RefusedError(f"there is no topic {lead['topic_id']!r} here; add its file first")
    if lead["team_id"] is not None and db.get(Team, lead["team_id"]) is None:
        raise RefusedError(f"there is no team {lead['team_id']!r} here; add it to teams.toml")
    urls = dict(db.exec(select(Source.id, Source.url)).all())
    for author in told.all("authors"):
        row = as_row(Author, author, names)
        source_id, handle = str(getattr(row, "source_id", "")), str(getattr(row, "handle", ""))
        if suppressed(db, secret=house.secret, source_url=urls[source_id], handles=[handle]):
            raise RefusedError("its author wants to be left alone; it was not taken in")


def _write(db: Session, told: _Told, names: Names, merged: dict[str, str]) -> dict[str, list[str]]:
    """Write the rows in their order; return the ids of those that only evidence is made of."""
    made: dict[str, list[str]] = defaultdict(list)
    here: dict[tuple[type[Row], str], str] = {}  # what a row is called here, if otherwise
    signals: list[str] = []
    for part in BEFORE:
        for record in told.all(part.name):
            row = _pointing(as_row(part.row, record, names), here)
            key = _key(row)
            there = _same(db, row)
            if part.row is Signal:
                signals.append(there or key)
            if there is not None:
                here[part.row, key] = there
                continue
            db.add(row)
            db.flush()
            made[str(row.__tablename__)].append(key)
    lead = _pointing(as_row(Lead, told.one("lead"), names), here)
    if isinstance(lead, Lead) and lead.merged_into is not None:
        merged[lead.id], lead.merged_into = lead.merged_into, None
    db.add(lead)
    db.flush()
    db.add_all(LeadSignal(signal_id=signal, lead_id=_key(lead)) for signal in signals)
    db.flush()
    for part in AFTER:
        for record in told.all(part.name):
            row = _pointing(as_row(part.row, record, names), here)
            db.add(row)
            if part.row is Inquiry:  # all else goes with its lead, or with its signal
                made[str(row.__tablename__)].append(_key(row))
        db.flush()
    return made


def _pointing(row: Row, here: Mapping[tuple[type[Row], str], str]) -> Row:
    """Return the row with its references as rows are called here."""
    for column, kind in _NAMES_OF.items():
        value = getattr(row, column, None)
        if value is not None and (kind, value) in here:
            setattr(row, column, here[kind, value])
    return row


def _same(db: Session, row: Row) -> str | None:
    """Return what is here already under another id, or under this one."""
    kind = type(row)
    (key,) = kind.__table__.primary_key.columns.values()  # type: ignore[attr-defined]  # a table's row has one
    there = db.get(kind, _key(row))
    if there is not None:
        return _key(there)
    columns = _SAME.get(kind)
    if columns is None:
        return None
    table = kind.__table__  # type: ignore[attr-defined]  # as above
    found = db.connection().execute(
        table.select()
        .with_only_columns(key)
        .where(*(table.c[name] == getattr(row, name) for name in columns))
    )
    return found.scalar()


def _key(row: Row) -> str:
    (column,) = type(row).__table__.primary_key.columns.values()  # type: ignore[attr-defined]  # as above
    return str(getattr(row, column.key))


def _point_to_survivors(house: House, merged: Mapping[str, str]) -> None:
    """Say of merged leads into which they went, now that both are here."""
    if not merged:
        return
    with reading(house.engine) as db:
        there = set(db.exec(select(Lead.id).where(col(Lead.id).in_(merged.values()))))
    with writing(house.engine) as db:
        for loser, survivor in merged.items():
            lead = db.get(Lead, loser)
            if lead is not None and survivor in there:
                lead.merged_into = survivor
                db.add(lead)
