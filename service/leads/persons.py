"""People who let themselves be known, and the handles that are theirs."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from models.contact import Person, PersonAuthor
from models.post import Author
from models.source import Source
from service.posts.suppression import normalise_handle


def email_key(secret: bytes, email: str) -> str:
    """Return the keyed hash by which an address is known again: HMAC-SHA256 in hex."""
    message = f"email\n{email.strip().casefold()}"
    return hmac.new(secret, message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def person_of(db: Session, author_id: str | None) -> str | None:
    """Return the id of the person whom a handle is known to belong to."""
    link = db.get(PersonAuthor, author_id) if author_id else None
    return link.person_id if link else None


def authors_of(db: Session, person_id: str) -> tuple[str, ...]:
    """Return the ids of the handles that are known to be a person's."""
    linked = select(PersonAuthor.author_id).where(PersonAuthor.person_id == person_id)
    return tuple(db.exec(linked.order_by(PersonAuthor.author_id)))


def find_author(db: Session, *, source: str, handle: str) -> Author | None:
    """Return who has a handle at the source of that slug, however it is spelt."""
    return db.exec(
        select(Author)
        .join(Source, col(Source.id) == Author.source_id)
        .where(Source.slug == source, Author.handle_norm == normalise_handle(handle))
    ).first()


def link(db: Session, *, person_id: str, author_id: str, by: str, now: datetime) -> PersonAuthor:
    """Note that a handle is a person's; one that is somebody's already stays theirs."""
    there = db.get(PersonAuthor, author_id)
    if there is None:
        there = PersonAuthor(author_id=author_id, person_id=person_id, at=now, by=by)
        db.add(there)
        db.flush()
    return there


def with_email(db: Session, key: str | None) -> Person | None:
    """Return the person whose verified address has this hash."""
    if key is None:
        return None
    return db.exec(select(Person).where(Person.email_hash == key)).first()


def handles_of(db: Session, author_ids: Collection[str]) -> list[tuple[Author, Source]]:
    """Return authors with the sources at which they have their handles."""
    found = db.exec(
        select(Author, Source)
        .join(Source, col(Source.id) == Author.source_id)
        .where(col(Author.id).in_(author_ids))
        .order_by(Author.id)
    )
    return [(author, source) for author, source in found]
