"""Erase somebody: what they wrote and what is known of them goes, and nothing of it comes back.

Posts become tombstones, leads lose their titles, notes and people, the person with all that they
sent us is gone, and a keyed hash on the suppression list keeps the intake from taking anything of
theirs in again (security-and-privacy.md, Art. 17). What is left are ids, codes and counts.
"""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, select

from config import Config
from models.contact import Activity, Inquiry, Person, PersonAuthor
from models.digest import DigestItem
from models.imported import ImportedRow
from models.lead import Lead
from models.moves import LeadEvent, Request
from models.post import Author, Post, Thread
from models.search import scrub_index, settle_index
from models.source import Source
from models.words import LeadStatus, SuppressionReason
from service.errors import NotFoundError
from service.leads.ledger import audit, take_turn
from service.leads.objecting import take_out
from service.leads.persons import email_key
from service.leads.transitions import transition
from service.posts.forgetting import empty_leads
from service.posts.liveness import bury
from service.posts.subject import Subject, find_subject, subject_of
from service.posts.suppression import (
    ANYWHERE,
    author_key,
    normalise_handle,
    suppress,
    suppress_author,
)

_WHY = SuppressionReason.ERASURE
_IN_CHUNK = 400  # ids in one statement; SQLite takes 999 variables at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went."""

    posts: int
    leads: int
    persons: int
    inquiries: int
    activities: int


def erase(
    db: Session,
    handle: str,
    *,
    host: str | None,
    secret: bytes,
    by: str,
    config: Config,
    now: datetime,
) -> Erased:
    """Erase somebody in the caller's transaction; return how much went.

    On SQLite the words are still in the write-ahead log until it is folded in: call
    `service.store.engine.fold_in` after it is committed.

    Args:
        db: a writing session.
        handle: as the source shows it, or what else `find_subject` takes.
        host: of the source; None: wherever it is found, also what is written there later.
        secret: of the installation, which keys the hash that is left.
        by: who does it: a user's id, or "harken".
        config: for what becomes of leads that were somebody else's too.
        now: the time.

    Raises:
        NotFoundError: it is nobody's handle.
    """
    if not normalise_handle(handle):
        raise NotFoundError("Say whose: the handle is empty.")
    take_turn(db)
    subject = find_subject(db, handle, secret=secret, host=host)
    named = {(host or ANYWHERE, handle)}
    _keep_out(db, subject, named, secret=secret, by=by, now=now)
    return _take_away(db, subject, secret=secret, by=by, config=config, now=now)


def erase_listed(
    db: Session, keys: Set[str], *, secret: bytes, by: str, config: Config, now: datetime
) -> int:
    """Erase whoever is meant by a keyed hash of ``keys``, in the caller's transaction.

    For a database that knows people who had been erased: nothing but the hashes says who they
    are, so everybody's are worked out (a million handles take some seconds). Returns how many
    handles and persons went. On SQLite call `service.store.engine.fold_in` afterwards.
    """
    if not keys:
        return 0
    take_turn(db)
    authors = {author_id for author_id, key in _keys_of_authors(db, secret) if key in keys}
    persons = {person_id for person_id, key in _keys_of_persons(db, secret) if key in keys}
    if not authors and not persons:
        return 0
    subject = subject_of(db, authors, persons)
    _keep_out(db, subject, (), secret=secret, by=by, now=now)
    _take_away(db, subject, secret=secret, by=by, config=config, now=now)
    return len(subject.authors) + len(subject.persons)


def _keys_of_authors(db: Session, secret: bytes) -> Iterator[tuple[str, str]]:
    """Yield all handles by their ids, with the key of each host at which they are theirs."""
    at_source = select(Author.id, Author.handle, Author.profile_url, Source.url).join(
        Source, col(Source.id) == Author.source_id
    )
    in_posts = (
        select(Author.id, Author.handle, Author.profile_url, Post.url)
        .join(Post, col(Post.author_id) == Author.id)
        .where(col(Post.url).is_not(None))
    )
    for asked in (at_source, in_posts):
        for author_id, handle, *urls in db.exec(asked).yield_per(1000):
            hosts = {urlsplit(url or "").hostname or "" for url in urls} - {""}
            for host in (*hosts, ANYWHERE):
                yield author_id, author_key(secret, host, handle)


def _keys_of_persons(db: Session, secret: bytes) -> Iterator[tuple[str, str]]:
    """Yield all persons by their ids, with the keys of the addresses that they gave."""
    for person in db.exec(select(Person)).yield_per(1000):
        if person.email_hash:
            yield person.id, person.email_hash
        if person.email:
            yield person.id, email_key(secret, person.email)
            yield person.id, author_key(secret, ANYWHERE, person.email)
    claimed = select(Inquiry.person_id, Inquiry.claimed_hash).where(
        col(Inquiry.claimed_hash).is_not(None)
    )
    for person_id, key in db.exec(claimed).yield_per(1000):
        if key is not None:
            yield person_id, key


def _take_away(
    db: Session, subject: Subject, *, secret: bytes, by: str, config: Config, now: datetime
) -> Erased:
    """Take away all that there is of somebody who is on the list."""
    leads = _leads_of(db, subject)
    for lead in leads:
        _close(db, lead, by=by, now=now)
    _empty_leads(db, [lead.id for lead in leads])
    emptied = sum(_bury_posts(db, one, config=config, now=now) for one in subject.authors)
    _forget_persons(db, subject.persons)
    _forget_authors(db, subject.authors)
    take_out(db, secret=secret, now=now)
    db.flush()
    settle_index(db.connection())
    scrub_index(db.connection())
    gone = Erased(
        posts=emptied,
        leads=len(leads),
        persons=len(subject.persons),
        inquiries=subject.inquiries,
        activities=subject.activities,
    )
    detail = {"authors": len(subject.authors), "posts": gone.posts, "persons": gone.persons}
    audit(db, actor=by, action="privacy.erased", subject="author", at=now, detail=detail)
    return gone


def _keep_out(
    db: Session,
    subject: Subject,
    named: Collection[tuple[str, str]],
    *,
    secret: bytes,
    by: str,
    now: datetime,
) -> None:
    """Put every name of theirs on the list: also a file that is brought again names them.

    ``named``: hosts and handles by which they were asked for, beside those that are known here.
    """
    names = {*named, *((one.host, one.handle) for one in subject.handles)}
    hashes: set[str] = set()
    for person_id in subject.persons:
        person = db.get_one(Person, person_id)
        hashes |= {person.email_hash} if person.email_hash else set()
        if person.email:
            names.add((ANYWHERE, person.email))
            hashes.add(email_key(secret, person.email))
    for where, name in sorted(names):
        suppress_author(db, secret=secret, host=where, handle=name, reason=_WHY, by=by, now=now)
    for key in sorted(hashes):
        suppress(db, key, reason=_WHY, by=by, now=now)


def _leads_of(db: Session, subject: Subject) -> list[Lead]:
    """Return their leads; of somebody else's that a merge named them in, only the name goes."""
    found = list(db.exec(select(Lead).where(_in(Lead.author_id, subject.authors))))
    for lead in db.exec(select(Lead).where(_in(Lead.person_id, subject.persons))).all():
        lead.person_id = None
        db.add(lead)
        if lead.author_id is None:
            found.append(lead)
    return found


def _close(db: Session, lead: Lead, *, by: str, now: datetime) -> None:
    """Let a lead be erased, in its history and for all who were told of it."""
    lead.title, lead.score_explain = "", {}
    lead.author_id = lead.person_id = lead.account = lead.region = None
    if lead.status is not LeadStatus.ERASED:
        asked = Request(
            to=LeadStatus.ERASED, event=LeadEvent.ERASED, at=now, actor=by, reason=_WHY.value
        )
        transition(db, lead, asked, next_step="nothing; it was erased", next_step_at=None)
    lead.next_step = "nothing; it was erased"
    db.add(lead)
    db.flush()


def _empty_leads(db: Session, leads: Collection[str]) -> None:
    """Take all words off leads, and the rows that only say that they were somebody's."""
    for ids in _portions(leads):
        empty_leads(db, ids)
        for table in (DigestItem, ImportedRow):
            db.execute(delete(table).where(_in(table.lead_id, ids)))


def _bury_posts(db: Session, author_id: str, *, config: Config, now: datetime) -> int:
    """Make tombstones of an author's posts, and empty what others quote of them."""
    source = db.get_one(Source, db.get_one(Author, author_id).source_id)
    rows = db.exec(
        select(Post.id, Post.external_id, Post.thread_id).where(Post.author_id == author_id)
    ).all()
    emptied = bury(db, source, [external_id for _, external_id, _ in rows], config=config, now=now)
    for ids in _portions({post_id for post_id, _, _ in rows}):
        bare: dict[str, object] = {"author_id": None, "title": "", "text": "", "url": None}
        db.execute(update(Post).where(_in(Post.id, ids)).values(**bare))
        db.execute(delete(DigestItem).where(_in(DigestItem.post_id, ids)))
    for ids in _portions({thread_id for _, _, thread_id in rows}):
        # Whom an answer quotes is only known of the one that it answers; quotes are never judged.
        db.execute(update(Post).where(_in(Post.thread_id, ids)).values(quoted=""))
        if not source.kind.is_polled:
            _forget_references(db, ids)
    db.flush()
    return emptied


def _forget_references(db: Session, threads: Collection[str]) -> None:
    """Take the sender's reference off what came to us: it may be a hash of the very words."""
    db.execute(update(Post).where(_in(Post.thread_id, threads)).values(external_id=Post.id))
    bare = {"key": Thread.id, "title": "", "url": None}
    db.execute(update(Thread).where(_in(Thread.id, threads)).values(**bare))


def _forget_persons(db: Session, persons: Collection[str]) -> None:
    for ids in _portions(persons):
        for table in (Activity, Inquiry, PersonAuthor, ImportedRow):
            db.execute(delete(table).where(_in(table.person_id, ids)))
        db.execute(delete(Person).where(_in(Person.id, ids)))
    db.expire_all()


def _forget_authors(db: Session, authors: Collection[str]) -> None:
    for ids in _portions(authors):
        db.execute(delete(PersonAuthor).where(_in(PersonAuthor.author_id, ids)))
        db.execute(delete(Author).where(_in(Author.id, ids)))
    db.expire_all()


def _in(column: Any, ids: Collection[str]) -> ColumnElement[bool]:  # Any: a column of any row
    return col(column).in_(sorted(ids))


def _portions(ids: Collection[str]) -> list[list[str]]:
    every = sorted(ids)
    return [every[start : start + _IN_CHUNK] for start in range(0, len(every), _IN_CHUNK)]
