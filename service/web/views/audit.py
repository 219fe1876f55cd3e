"""The audit log as a person reads it: filtered, with names where there still are any."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Engine
from sqlmodel import Session, col, func, select

from models.ledger import AuditEvent
from models.people import User
from service.exports.cells import write_sheet
from service.store.engine import reading
from service.times import iso

PAGE_SIZE = 100
_AT_ONCE = 1000  # rows of a CSV in memory
_MOST_ROWS = 100_000  # of a CSV; more than a spreadsheet takes in comfortably


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAsked:
    """Which events somebody wants to see; empty texts hold for all."""

    actor: str = ""  # a user's id, or "harken"
    action: str = ""
    subject: str = ""  # or how it begins: "lead:"
    since: datetime | None = None
    until: datetime | None = None  # the first moment after


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One event."""

    seq: int
    at: datetime
    actor: str  # a name, or an id of who is gone
    action: str
    subject: str
    detail: str  # JSON
    told: str  # the same for people
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of events, and what may be asked for."""

    lines: tuple[AuditLine, ...]
    page: int  # from 1
    pages: int
    count: int
    actions: tuple[str, ...]
    actors: tuple[tuple[str, str], ...]  # id and name


def read_audit(db: Session, asked: AuditAsked, *, page: int) -> AuditPage:
    """Return a page of events, the newest first; a page behind the last is the last."""
    conditions = _conditions(asked)
    count = db.exec(select(func.count()).select_from(AuditEvent).where(*conditions)).one()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    names = _names(db)
    rows = db.exec(
        select(AuditEvent)
        .where(*conditions)
        .order_by(col(AuditEvent.seq).desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    actions = db.exec(select(AuditEvent.action).distinct().order_by(AuditEvent.action)).all()
    return AuditPage(
        lines=tuple(_line(row, names) for row in rows),
        page=page,
        pages=pages,
        count=count,
        actions=tuple(actions),
        actors=tuple(sorted(names.items(), key=lambda one: one[1])),
    )


def audit_csv(engine: Engine, asked: AuditAsked) -> Iterator[str]:
    """Yield the events as lines of a CSV, the oldest first; with hashes, to be checked outside.

    They are read as they are taken, so that a long log is never in memory as a whole.
    """
    with reading(engine) as db:
        names = _names(db)
        rows = db.exec(
            select(AuditEvent)
            .where(*_conditions(asked))
            .order_by(col(AuditEvent.seq))
            .limit(_MOST_ROWS)
            .execution_options(yield_per=_AT_ONCE)
        )
        lines = (_line(row, names) for row in rows)
        yield from write_sheet(
            ("seq", "at", "actor", "action", "subject", "detail", "hash"),
            ((e.seq, iso(e.at), e.actor, e.action, e.subject, e.detail, e.hash) for e in lines),
        )


def _conditions(asked: AuditAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.actor:
        found.append(col(AuditEvent.actor) == asked.actor)
    if asked.action:
        found.append(col(AuditEvent.action) == asked.action)
    if asked.subject:
        found.append(col(AuditEvent.subject).startswith(asked.subject, autoescape=True))
    if asked.since:
        found.append(col(AuditEvent.at) >= asked.since)
    if asked.until:
        found.append(col(AuditEvent.at) < asked.until)
    return found


def _names(db: Session) -> Mapping[str, str]:
    return dict(db.exec(select(User.id, User.name)).all()) | {"harken": "Harken"}


def _line(row: AuditEvent, names: Mapping[str, str]) -> AuditLine:
    return AuditLine(
        seq=row.seq or 0,
        at=row.at,
        actor=names.get(row.actor, row.actor),
        action=row.action,
        subject=row.subject,
        detail=json.dumps(row.detail, sort_keys=True) if row.detail else "",
        told=_told(row.detail),
        hash=row.hash,
    )


def _told(detail: Mapping[str, JsonValue]) -> str:
    """Return a detail for people: where something moved first, then what else is known of it."""
    moved = [f"{detail['from']} → {detail['to']}"] if {"from", "to"} <= detail.keys() else []
    rest = [
        f"{name.replace('_', ' ')}: {_plain(value)}"
        for name, value in sorted(detail.items())
        if not moved or name not in ("from", "to")
    ]
    return " · ".join(moved + rest)


def _plain(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
