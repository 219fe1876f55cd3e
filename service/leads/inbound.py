"""The source ``inbound``: what people who come to us by themselves leave there, as posts.

Every lead has a signal with a post behind it, these too; so an erasure, a retention time and a
report need to know of one kind of evidence only.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from config import Config
from models.contact import Person
from models.lead import Lead
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source
from models.words import Kind, Role, SignalClass, SourceKind
from service.leads.hearing import hear
from service.leads.persons import authors_of, link
from service.leads.transitions import HARKEN
from service.posts.brought import source_for

INBOUND: Final = "inbound"
#: Who writes to us means it; 1 would be clipped anyway.
_SURE = 0.99
_READY = 6  # the last step of the journey
_INTERESTED = 2  # who reads what we offer
_KEEP = timedelta(days=365)
_LONGEST = 65_536
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is left behind."""

    topic: str
    title: str
    text: str
    at: datetime
    reference: str  # unique
    handle: str | None  # what the person is called
    #: None: it only says where a lead comes from, and weighs nothing itself.
    signal_class: SignalClass | None
    url: str | None = None  # where it can be read, if it stands anywhere
    place: Source | None = None  # that it stands under; None: the source of inquiries


def write_in(
    db: Session, person: Person, note: Note, *, config: Config, now: datetime
) -> tuple[Signal, Lead]:
    """Write ``note`` as a post with its signal; return that and the lead that it belongs to."""
    inbound = note.place or source_for(
        db, config, kind=SourceKind.INBOUND, slug=INBOUND, name="Inquiries", now=now
    )
    author = _author(db, inbound, person, note, now)
    post = _post(db, inbound, author, note, now)
    signal = _signal(db, post, note, now)
    lead = hear(
        db,
        signal,
        post,
        config=config,
        now=now,
        also=authors_of(db, person.id),
        whatever_it_weighs=True,
    )
    if lead is None:
        raise AssertionError("a lead is opened whatever it weighs")
    return signal, lead


def line_of(text: str | None) -> str | None:
    """Return one line of a name as it is kept; None when there is nothing to see."""
    line = " ".join((text or "").split())[:_LONGEST_LINE]
    return line or None


def _author(db: Session, inbound: Source, person: Person, note: Note, now: datetime) -> Author:
    """Return the person as an author of this source."""
    norm = f"person:{person.id}"
    author = db.exec(
        select(Author).where(Author.source_id == inbound.id, Author.handle_norm == norm)
    ).first()
    if author is None:
        author = Author(
            source_id=inbound.id,
            handle=line_of(note.handle) or "somebody",
            handle_norm=norm,
            first_seen_at=now,
        )
        db.add(author)
        db.flush()
        link(db, person_id=person.id, author_id=author.id, by=HARKEN, now=now)
    return author


def _post(db: Session, inbound: Source, author: Author, note: Note, now: datetime) -> Post:
    title = line_of(note.title) or ""
    thread = Thread(
        source_id=inbound.id, key=note.reference, title=title, url=note.url, first_seen_at=now
    )
    db.add(thread)
    db.flush()
    words = f"{title}\x00{note.text}".encode("utf-8", "surrogatepass")
    post = Post(
        source_id=inbound.id,
        external_id=note.reference,
        thread_id=thread.id,
        author_id=author.id,
        is_opening=True,
        url=note.url,
        title=title,
        text=note.text[:_LONGEST],
        language="und",
        published_at=min(note.at, now),
        fetched_at=now,
        content_hash=hashlib.sha256(words).hexdigest(),
        retention_until=now + _KEEP,
    )
    db.add(post)
    db.flush()
    return post


def _signal(db: Session, post: Post, note: Note, now: datetime) -> Signal:
    is_inquiry = note.signal_class is SignalClass.INQUIRY
    signal = Signal(
        post_id=post.id,
        topic_id=note.topic,
        source_id=post.source_id,
        kind=Kind.PURCHASE if is_inquiry else Kind.NEED,
        role=Role.SEEKER,
        signal_class=note.signal_class,
        journey_step=_READY if is_inquiry else _INTERESTED,
        probability=_SURE if is_inquiry else 0.0,
        strength=3 if is_inquiry else 0,
        fit=1.0,
        uncertain=False,
        solved=False,
        negatives=[],
        slots=[],
        evidence=[],
        matched=[],
        model_version=INBOUND,
        happened_at=post.published_at,
        created_at=now,
    )
    db.add(signal)
    db.flush()
    return signal
