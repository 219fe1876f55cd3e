"""Somebody comes to us: a form, a call, a mail. It joins what the same person said before.

What they wrote becomes a post of the source ``inbound`` with a signal, so that all that holds for
signals holds for it. The same person is known by a handle that they name, or by an address that
was verified: an address that anybody can type into a form proves nothing and only suggests.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from config import Config
from models.contact import Inquiry, Person, PersonAuthor
from models.lead import Lead, LeadSignal
from models.post import Author
from models.source import Source
from models.words import InquiryChannel, SignalClass
from service.errors import RefusedError
from service.leads.inbound import INBOUND, Note, line_of, write_in
from service.leads.ledger import audit, take_turn
from service.leads.persons import email_key, find_author, link, with_email
from service.posts.suppression import is_listed, suppressed
from service.rules.buyers import account_at
from service.unknown import unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked us. At least one of name, e-mail and handle says who it was."""

    topic: str
    message: str
    at: datetime  # aware UTC
    reference: str  # of the sender's own, at most 128 characters: the same one is taken in once
    channel: InquiryChannel = InquiryChannel.FORM
    subject: str = ""
    name: str | None = None
    email: str | None = None
    is_verified: bool = False  # the address: they answered a mail to it, or wrote from it
    consent_how: str | None = None  # how they agreed to be followed and written to; None: not
    handle: str | None = None  # who they are at ``source``
    source: str | None = None  # a source's slug
    account: str | None = None  # their company
    tz: str | None = None  # IANA name


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of an inquiry."""

    inquiry_id: str
    person_id: str
    lead: Lead
    is_new: bool  # False: it was here before, and nothing was done


def receive(
    db: Session, asked: Asked, *, config: Config, secret: bytes, by: str, now: datetime
) -> Received:
    """Take an inquiry in: it joins the live lead of the same person, or opens one.

    Raises:
        RefusedError: it asks nothing, nobody asks it, or who does must be left alone.
        NotFoundError: there is no such topic or source.
    """
    _check(db, asked, config, secret)
    take_turn(db)
    if there := db.exec(select(Inquiry).where(Inquiry.reference == asked.reference)).first():
        return _again(db, there)
    person = _person(db, asked, config, secret, by, now)
    signal, lead = write_in(
        db,
        person,
        Note(
            topic=asked.topic,
            title=asked.subject,
            text=asked.message,
            at=asked.at,
            reference=asked.reference,
            handle=asked.name or asked.handle,
            signal_class=SignalClass.INQUIRY,
        ),
        config=config,
        now=now,
    )
    _know(lead, person)
    inquiry = Inquiry(
        person_id=person.id,
        topic_id=asked.topic,
        signal_id=signal.id,
        channel=asked.channel,
        reference=asked.reference,
        claimed_hash=email_key(secret, asked.email) if asked.email else None,
        at=asked.at,
        received_at=now,
        by=by,
    )
    db.add_all((inquiry, lead))
    db.flush()
    audit(db, actor=by, action="inquiry.received", subject=f"inquiry:{inquiry.id}", at=now)
    return Received(inquiry_id=inquiry.id, person_id=person.id, lead=lead, is_new=True)


def reference_of(*parts: str) -> str:
    """Return a reference for an inquiry whose sender gave none: the same words, the same one."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _check(db: Session, asked: Asked, config: Config, secret: bytes) -> None:
    if asked.topic not in config.topics:
        raise unknown("topic", asked.topic, config.topics)
    if not asked.message.strip():
        raise RefusedError(
            "An address without an inquiry is no lead: nobody asked for anything there."
        )
    if not (asked.name or asked.email or asked.handle):
        raise RefusedError("Say who asked: a name, an e-mail address or a handle.")
    if (asked.handle is None) is not (asked.source is None):
        raise RefusedError("A handle needs the source that it is used at, and a source a handle.")
    if not 0 < len(asked.reference) <= 128:
        raise RefusedError("The reference of an inquiry has 1 to 128 characters.")
    names = {name for name in (asked.handle, asked.email) if name}
    hosts = {f"https://{INBOUND}/"}
    if asked.source is not None:
        slugs = dict(db.exec(select(Source.slug, Source.url)).all())
        if asked.source not in slugs:
            raise unknown("source", asked.source, slugs)
        hosts.add(slugs[asked.source])
    erased = asked.email is not None and is_listed(db, email_key(secret, asked.email))
    if erased or any(
        suppressed(db, secret=secret, source_url=host, handles=names) for host in hosts
    ):
        raise RefusedError("Whoever asks this wants to be left alone; it was not taken in.")


def _again(db: Session, inquiry: Inquiry) -> Received:
    lead = db.exec(
        select(Lead)
        .join(LeadSignal, col(LeadSignal.lead_id) == Lead.id)
        .where(LeadSignal.signal_id == inquiry.signal_id)
    ).one()
    return Received(inquiry_id=inquiry.id, person_id=inquiry.person_id, lead=lead, is_new=False)


def _person(
    db: Session, asked: Asked, config: Config, secret: bytes, by: str, now: datetime
) -> Person:
    """Return who asks: known by a verified address or by a handle, or new."""
    key = email_key(secret, asked.email) if asked.email and asked.is_verified else None
    known = _known_author(db, asked)
    person = with_email(db, key)
    if person is None and known is not None:
        linked = db.get(PersonAuthor, known.id)
        person = db.get(Person, linked.person_id) if linked else None
    if person is None:
        person = Person(created_at=now)
    person.name = person.name or line_of(asked.name)
    person.account = person.account or line_of(asked.account)
    if asked.is_verified:  # anybody can type an address that is not theirs
        person.account = person.account or account_at(asked.email, config.routing.accounts)
    person.tz = asked.tz or person.tz
    person.email_hash = person.email_hash or key
    if asked.consent_how:
        person.consent_at = person.consent_at or asked.at
        person.consent_how = person.consent_how or line_of(asked.consent_how)
        person.email = person.email or asked.email
    db.add(person)
    db.flush()
    if known is not None:
        link(db, person_id=person.id, author_id=known.id, by=by, now=now)
    return person


def _known_author(db: Session, asked: Asked) -> Author | None:
    if asked.handle is None or asked.source is None:
        return None
    return find_author(db, source=asked.source, handle=asked.handle)


def _know(lead: Lead, person: Person) -> None:
    lead.person_id = lead.person_id or person.id
    lead.account = lead.account or person.account
