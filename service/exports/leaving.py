"""Leads on their way out: whole records, or sheets and objects for other people's programs."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import JsonValue
from sqlmodel import Session, col, select

from models.base import Row
from models.contact import Inquiry, Person, PersonAuthor
from models.lead import Lead, LeadSignal
from models.people import User
from models.post import Author, Post, Thread
from models.signal import CrossPost, Signal
from models.source import Source
from models.words import LeadStatus
from service.exports.cells import Cell, Delimiter, write_sheet
from service.exports.field_maps import FIELD_MAPS
from service.exports.records import AFTER, FORMAT, Names, as_record
from service.exports.told import ToldLead, may_leave, read_told
from service.leads.ledger import audit

R = TypeVar("R", bound=Row)

_CHUNK = 200


class Format(StrEnum):
    """What leads can leave as."""

    JSONL = "jsonl"  # whole records, which `harken leads import` reads again
    CSV = "csv"
    HUBSPOT = "hubspot"  # CSV for its importer of contacts
    SALESFORCE = "salesforce"  # CSV for its Data Import Wizard, object Lead
    PIPEDRIVE = "pipedrive"  # JSON Lines: a person or organisation, then a lead with its id


#: What a sheet of ours has, in its order.
COLUMNS = (
    "id",
    "title",
    "status",
    "level",
    "score",
    "kind",
    "topic",
    "journey_step",
    "owner",
    "company",
    "region",
    "author",
    "author_url",
    "source",
    "url",
    "quote",
    "attribution",
    "licence",
    "heard",
    "next_step",
    "due",
    "amount_minor",
    "currency",
    "created",
    "changed",
    "existing_customer",
)


def names_here(db: Session) -> Names:
    """Return the names of this installation's users and sources by their ids."""
    return Names(
        users=dict(db.exec(select(User.id, User.handle)).all()),
        sources=dict(db.exec(select(Source.id, Source.slug)).all()),
    )


def leads_to_tell(
    db: Session,
    *,
    secret: bytes,
    statuses: Sequence[LeadStatus] | None = None,
    topics: Sequence[str] | None = None,
) -> list[str]:
    """Return the ids of the leads that may leave, the oldest first: nobody who must be left alone.

    Erased leads are gone and in no export.
    """
    wanted = select(Lead.id).order_by(Lead.id)
    if statuses:
        wanted = wanted.where(col(Lead.status).in_(sorted(statuses)))
    if topics:
        wanted = wanted.where(col(Lead.topic_id).in_(sorted(topics)))
    ids = db.exec(wanted).all()
    allowed = may_leave(db, ids, secret=secret)
    return [lead_id for lead_id in ids if lead_id in allowed]


def note_export(
    db: Session, *, form: str, leads: int, by: str, now: datetime, view: str | None = None
) -> None:
    """Write into the audit log that leads leave the house: who takes how many, as what.

    Before the first of them does: a download that breaks off has been one too.
    """
    detail: dict[str, JsonValue] = {"format": form, "rows": leads}
    if view is not None:
        detail["view"] = view
    audit(db, actor=by, action="leads.exported", subject="leads", at=now, detail=detail)


def written(
    db: Session,
    ids: Sequence[str],
    form: Format,
    *,
    secret: bytes,
    delimiter: Delimiter = ",",
) -> Iterator[str]:
    """Yield the lines of an export, each with its line end."""
    if form is Format.JSONL:
        for record in records(db, ids):
            yield _line(record)
    elif form is Format.PIPEDRIVE:
        for lead in _told(db, ids, secret):
            yield _line(FIELD_MAPS[form.value](lead))
    elif form is Format.CSV:
        rows = (_row(lead) for lead in _told(db, ids, secret))
        yield from write_sheet(COLUMNS, rows, delimiter=delimiter)
    else:
        yield from _fields_sheet(db, ids, form, secret, delimiter)


def records(db: Session, ids: Sequence[str]) -> Iterator[dict[str, JsonValue]]:
    """Yield the whole record of each lead, in the order of ``ids``."""
    names = names_here(db)
    for start in range(0, len(ids), _CHUNK):
        yield from _records(db, ids[start : start + _CHUNK], names)


def _records(db: Session, ids: Sequence[str], names: Names) -> Iterator[dict[str, JsonValue]]:
    leads = {lead.id: lead for lead in db.exec(select(Lead).where(col(Lead.id).in_(ids)))}
    evidence = _evidence(db, ids)
    later = {part.name: _by_lead(db, part.row, ids) for part in AFTER if part.by_lead}
    for lead_id in ids:
        lead, found = leads[lead_id], evidence[lead_id]
        signals = [signal for signal, _ in found]
        posts = {post.id: post for _, post in found}
        also = _of(db, CrossPost, "signal_id", [signal.id for signal in signals])
        posts |= {post.id: post for post in _of(db, Post, "id", [c.post_id for c in also])}
        inquiries = _of(db, Inquiry, "signal_id", [signal.id for signal in signals])
        authors = _of(db, Author, "id", {lead.author_id, *(p.author_id for p in posts.values())})
        handles = _of(db, PersonAuthor, "author_id", [author.id for author in authors])
        persons = {
            lead.person_id,
            *(i.person_id for i in inquiries),
            *(h.person_id for h in handles),
        }
        threads = {lead.thread_id, *(post.thread_id for post in posts.values())}
        conversations = _of(db, Thread, "id", threads)
        parts: dict[str, Sequence[Row]] = {
            "persons": _of(db, Person, "id", persons),
            "authors": authors,
            "handles": handles,
            "threads": conversations,
            "posts": [posts[post_id] for post_id in sorted(posts)],
            "signals": signals,
            "also_posted": also,
            "inquiries": inquiries,
            **{name: rows[lead_id] for name, rows in later.items()},
        }
        told: dict[str, JsonValue] = {
            "format": FORMAT,
            "lead": as_record(lead, names),
            "sources": _places(
                db, {row.source_id for row in (*authors, *posts.values(), *conversations)}
            ),
        }
        for name, rows in parts.items():
            told[name] = [as_record(row, names) for row in rows]
        yield told


def _places(db: Session, ids: Iterable[str]) -> list[JsonValue]:
    """Return what a record says of the sources that it names."""
    return [
        {"slug": place.slug, "kind": place.kind.value, "name": place.name, "url": place.url}
        for place in sorted(_of(db, Source, "id", ids), key=lambda place: place.slug)
    ]


def _evidence(db: Session, ids: Sequence[str]) -> Mapping[str, list[tuple[Signal, Post]]]:
    rows = db.exec(
        select(LeadSignal.lead_id, Signal, Post)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(col(LeadSignal.lead_id).in_(ids))
        .order_by(Signal.id)
    )
    found: dict[str, list[tuple[Signal, Post]]] = defaultdict(list)
    for lead_id, signal, post in rows:
        found[lead_id].append((signal, post))
    return found


def _by_lead(db: Session, kind: type[Row], ids: Sequence[str]) -> Mapping[str, list[Row]]:
    """Return by lead its rows of a table that names leads, in the order of their keys."""
    table = kind.__table__  # type: ignore[attr-defined]  # every table row has one
    found: dict[str, list[Row]] = defaultdict(list)
    keys = table.primary_key.columns.values()
    for row in db.exec(select(kind).where(table.c.lead_id.in_(ids)).order_by(*keys)):
        found[row.lead_id].append(row)  # type: ignore[attr-defined]  # as was asked for
    return found


def _of(db: Session, kind: type[R], column: str, values: Iterable[str | None]) -> list[R]:
    """Return the rows of a table with one of these values, in the order of their keys."""
    table = kind.__table__  # type: ignore[attr-defined]  # every table row has one
    wanted = sorted(value for value in set(values) if value is not None)
    keys = table.primary_key.columns.values()
    return list(db.exec(select(kind).where(table.c[column].in_(wanted)).order_by(*keys)))


def _told(db: Session, ids: Sequence[str], secret: bytes) -> Iterator[ToldLead]:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        found = read_told(db, chunk, secret=secret)
        yield from (found[lead_id] for lead_id in chunk if lead_id in found)


def _fields_sheet(
    db: Session, ids: Sequence[str], form: Format, secret: bytes, delimiter: Delimiter
) -> Iterator[str]:
    fields = FIELD_MAPS[form.value]
    leads = _told(db, ids, secret)
    first = next(leads, None)
    if first is None:
        return
    headings = tuple(fields(first))

    def rows() -> Iterator[list[Cell]]:
        yield [_cell(value) for value in fields(first).values()]
        for lead in leads:
            yield [_cell(value) for value in fields(lead).values()]

    yield from write_sheet(headings, rows(), delimiter=delimiter)


def _row(lead: ToldLead) -> list[Cell]:
    told = lead.as_json() | {
        "company": lead.account,
        "region": lead.region,
        "amount_minor": lead.amount_minor,
        "currency": lead.currency,
        "created": lead.created_at.isoformat(),
        "changed": lead.changed_at.isoformat(),
    }
    return [_cell(told[name]) for name in COLUMNS]


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _line(value: Mapping[str, object]) -> str:
    """Return JSON on one line; a lone surrogate, which UTF-8 can't hold, is left as an escape."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return f"{line}\n"
