"""Who a request about somebody's data is about: their handles here, and the person behind them.

A handle says who somebody is at a source. Who let themselves be known is one person with all
handles that are known to be theirs; so what is asked of one of them is asked of all.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from models.contact import Activity, Inquiry, Person, PersonAuthor
from models.lead import Lead
from models.post import Author, Post
from models.source import Source
from service.leads.persons import email_key
from service.posts.suppression import normalise_handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the house has of an author at one source."""

    author_id: str
    handle: str
    source: str  # its name
    host: str
    posts: int
    leads: int
    person_id: str | None  # somebody who let themselves be known, with this handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everybody whom a name stands for, and how much there is of them."""

    handles: tuple[Known, ...]
    persons: tuple[str, ...]  # ids
    inquiries: int
    activities: int

    @property
    def authors(self) -> tuple[str, ...]:
        """The ids of the handles."""
        return tuple(one.author_id for one in self.handles)

    @property
    def is_here(self) -> bool:
        """Say whether there is anything."""
        return bool(self.handles or self.persons)


def find_subject(db: Session, name: str, *, secret: bytes, host: str | None = None) -> Subject:
    """Return whom a name stands for, however it is spelt.

    Args:
        db: an open session.
        name: a handle; or an e-mail address, of who let themselves be known by it; or the name
            that somebody gave, at a host of our own ("inbound"): names alone tell nobody apart.
        secret: of the installation, by which addresses are known again.
        host: where the handle is used; None: wherever it is found.
    """
    return subject_of(db, _authors(db, name, host), set(_persons_with(db, name, secret)))


def subject_of(db: Session, authors: Collection[str], persons: Collection[str]) -> Subject:
    """Return whom these handles and persons, by their ids, stand for: whoever is behind them."""
    persons = {*_persons_behind(db, authors), *persons}
    every = sorted({*authors, *_authors_of(db, persons)})
    return Subject(
        handles=tuple(_known(db, every)),
        persons=tuple(sorted(persons)),
        inquiries=_count(db, Inquiry, col(Inquiry.person_id).in_(persons)),
        activities=_count(db, Activity, col(Activity.person_id).in_(persons)),
    )


def host_of(source: Source) -> str:
    """Return where a source's authors have their handles."""
    return _host(source.url)


def _authors(db: Session, name: str, host: str | None) -> Collection[str]:
    called = normalise_handle(name)
    is_called = col(Author.handle_norm) == called
    if host is not None:  # who wrote to us stands under a norm of our own; that finds no index
        is_called = or_(is_called, func.lower(Author.handle) == called)
    rows = db.exec(
        select(Author, Source).join(Source, col(Source.id) == Author.source_id).where(is_called)
    ).all()
    return {
        author.id
        for author, source in rows
        if _is_meant(db, author, source, called=called, host=host)
    }


def _is_meant(
    db: Session, author: Author, source: Source, *, called: str, host: str | None
) -> bool:
    """Say whether an author is who is called so at the host; searches bring posts of others."""
    if host is None:
        return True
    if host in {host_of(source), _host(author.profile_url)}:
        return True
    at_host = or_(*(col(Post.url).startswith(f"{way}://{host}/") for way in ("http", "https")))
    brought = select(Post.id).where(Post.author_id == author.id, at_host).limit(1)
    return author.handle_norm == called and db.exec(brought).first() is not None


def _persons_behind(db: Session, authors: Collection[str]) -> Sequence[str]:
    linked = select(PersonAuthor.person_id).where(col(PersonAuthor.author_id).in_(authors))
    return db.exec(linked).all()


def _persons_with(db: Session, name: str, secret: bytes) -> Iterable[str]:
    """Yield who is known by an address, or who came with it and is known by no other."""
    if "@" not in name.strip().lstrip("@"):
        return
    address, key = name.strip().casefold(), email_key(secret, name)
    yield from db.exec(
        select(Person.id).where(
            or_(col(Person.email_hash) == key, func.lower(Person.email) == address)
        )
    )
    yield from db.exec(
        select(Inquiry.person_id)
        .join(Person, col(Person.id) == Inquiry.person_id)
        .where(Inquiry.claimed_hash == key, col(Person.email_hash).is_(None))
    )


def _authors_of(db: Session, persons: Collection[str]) -> Sequence[str]:
    linked = select(PersonAuthor.author_id).where(col(PersonAuthor.person_id).in_(persons))
    return db.exec(linked).all()


def _known(db: Session, authors: Collection[str]) -> Iterable[Known]:
    rows = db.exec(
        select(Author, Source, PersonAuthor.person_id)
        .join(Source, col(Source.id) == Author.source_id)
        .outerjoin(PersonAuthor, col(PersonAuthor.author_id) == Author.id)
        .where(col(Author.id).in_(authors))
        .order_by(Source.name, Author.id)
    ).all()
    for author, source, person_id in rows:
        yield Known(
            author_id=author.id,
            handle=author.handle,
            source=source.name,
            host=host_of(source),
            posts=_count(db, Post, Post.author_id == author.id),
            leads=_count(db, Lead, Lead.author_id == author.id),
            person_id=person_id,
        )


def _host(url: str | None) -> str:
    return urlsplit(url or "").hostname or ""


def _count(db: Session, table: type[Any], which: Any) -> int:  # Any: a table, a condition
    return int(db.exec(select(func.count()).select_from(table).where(which)).one())
