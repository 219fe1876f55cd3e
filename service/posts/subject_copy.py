"""A copy of everything that is kept of somebody, table by table (GDPR, Art. 15 and 20)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Table, select
from sqlmodel import Session, col

from models.contact import Activity, Inquiry, Person, PersonAuthor
from models.digest import DigestItem
from models.imported import ImportedRow
from models.lead import Lead, LeadSignal, Offer, StatusChange, Touchpoint
from models.merge import Bant, Result
from models.mute import Mute
from models.nurture import Draft, Enrolment
from models.post import Author, Post, Thread
from models.privacy import Notice
from models.reply import ReplyDraft
from models.scored import LeadFact, ScoreEntry
from models.signal import CrossPost, Signal
from models.sla import Task
from service.leads.ledger import audit
from service.posts.subject import Subject

#: Left out: what is made of the words to find them again, and says nothing to anybody.
_UNREADABLE = frozenset({"content_hash", "signature", "email_hash", "claimed_hash", "fingerprint"})
_IN_CHUNK = 400  # ids in one statement; SQLite takes 999 variables at the least
_OF_A_LEAD = (
    LeadSignal,
    StatusChange,
    Offer,
    Touchpoint,
    Task,
    Result,
    Bant,
    Enrolment,
    Draft,
    ReplyDraft,
    LeadFact,
    ScoreEntry,
    DigestItem,
    ImportedRow,
)

Row = dict[str, JsonValue]


def copy_of(
    db: Session, subject: Subject, *, by: str, now: datetime
) -> Mapping[str, tuple[Row, ...]]:
    """Return all rows about somebody, by table, and note in the audit log that they were given.

    Times are ISO 8601 in UTC. Of a thread that others wrote in, only its title and address are
    told; of a lead also what our own people noted on it.
    """
    authors, persons = subject.authors, subject.persons
    posts = _ids(db, Post.id, Post.author_id, authors)
    leads = {
        *_ids(db, Lead.id, Lead.author_id, authors),
        *_ids(db, Lead.id, Lead.person_id, persons),
    }
    wanted: list[tuple[type[Any], Any, Collection[str]]] = [
        (Author, Author.id, authors),
        (Thread, Thread.id, _ids(db, Post.thread_id, Post.author_id, authors)),
        (Post, Post.id, posts),
        (Signal, Signal.post_id, posts),
        (CrossPost, CrossPost.post_id, posts),
        (Mute, Mute.author_id, authors),
        (Notice, Notice.author_id, authors),
        (Person, Person.id, persons),
        (PersonAuthor, PersonAuthor.person_id, persons),
        (Inquiry, Inquiry.person_id, persons),
        (Activity, Activity.person_id, persons),
        (Lead, Lead.id, leads),
        *((table, table.lead_id, leads) for table in _OF_A_LEAD),
    ]
    told: dict[str, tuple[Row, ...]] = {}
    for table, column, ids in wanted:
        if rows := tuple(_rows(db, table.__table__, column, ids)):
            told[table.__tablename__] = rows
    detail = {"authors": len(authors), "persons": len(persons)}
    audit(db, actor=by, action="privacy.exported", subject="author", at=now, detail=detail)
    return told


def _ids(db: Session, what: Any, column: Any, ids: Collection[str]) -> set[str]:  # Any: columns
    return {
        one
        for some in _portions(ids)
        for one in db.execute(select(what).where(_in(column, some))).scalars()
    }


def _rows(db: Session, table: Table, column: Any, ids: Collection[str]) -> Iterator[Row]:
    columns = [one for one in table.columns if one.name not in _UNREADABLE]
    for some in _portions(ids):
        found = db.execute(
            select(*columns).where(_in(column, some)).order_by(*table.primary_key.columns)
        )
        for row in found.mappings():
            yield {name: _plain(value) for name, value in row.items() if value is not None}


def _plain(value: Any) -> Any:  # Any: what a column of ours holds, and JSON of it
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _in(column: Any, ids: Collection[str]) -> ColumnElement[bool]:
    return col(column).in_(ids)


def _portions(ids: Collection[str]) -> list[list[str]]:
    every = sorted(ids)
    return [every[start : start + _IN_CHUNK] for start in range(0, len(every), _IN_CHUNK)]
