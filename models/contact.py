"""People who let themselves be known: who they are, what they asked us, what they did."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from models.base import Row
from models.columns import one_of
from models.ids import new_id
from models.words import ActivityKind, InquiryChannel, PersonRole


class Person(Row, table=True):
    """Somebody who wrote to us or left an address, and may have handles at sources."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "email IS NULL OR consent_at IS NOT NULL", name="address_is_kept_with_consent"
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str | None = None
    email: str | None = None  # only with consent; the hash is enough to know them again
    email_hash: str | None = Field(default=None, unique=True, max_length=64)  # verified only
    role: PersonRole = Field(default=PersonRole.UNKNOWN, sa_type=one_of(PersonRole, "role"))
    account: str | None = Field(default=None, index=True)  # the company, as on Lead
    tz: str | None = None  # IANA name, where it is known
    consent_at: datetime | None = None  # to be followed: without it no activity is recorded
    consent_how: str | None = None  # "ticked the box of /guide", as evidence
    created_at: datetime


class PersonAuthor(Row, table=True):
    """A handle is known to be a person's. A handle is nobody's or one person's."""

    __tablename__ = "person_author"

    author_id: str = Field(
        primary_key=True, foreign_key="author.id", ondelete="CASCADE", max_length=36
    )
    person_id: str = Field(foreign_key="person.id", index=True)
    at: datetime
    by: str  # a user's id, or "harken"


class Inquiry(Row, table=True):
    """Somebody came to us. What they wrote is a post like any other, and its signal counts."""

    __tablename__ = "inquiry"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", index=True)
    topic_id: str = Field(foreign_key="topic.id")
    signal_id: str = Field(foreign_key="signal.id", ondelete="CASCADE", index=True)
    channel: InquiryChannel = Field(sa_type=one_of(InquiryChannel, "channel"))
    reference: str = Field(unique=True, max_length=128)  # of the sender's: once is enough
    claimed_hash: str | None = Field(default=None, index=True, max_length=64)  # of any e-mail
    at: datetime
    received_at: datetime
    by: str  # a user's id, or "harken"


class Activity(Row, table=True):
    """Something that a known, consenting person did: opened, clicked, came, watched."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_person_at", "person_id", "at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id")
    topic_id: str | None = Field(default=None, foreign_key="topic.id")  # None: any of theirs
    kind: ActivityKind = Field(sa_type=one_of(ActivityKind, "kind"))
    what: str = Field(default="", sa_type=Text)  # "Basics of Stock Market", for the rep
    reference: str = Field(unique=True, max_length=128)  # of the sender's: once is enough
    at: datetime
    received_at: datetime


class Customer(Row, table=True):
    """A company that bought from us before, as somebody says: no lead of ours tells of it."""

    __tablename__ = "customer"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    account: str = Field(unique=True)  # as on Lead; letters of either case are the same
    at: datetime
    by: str  # a user's id
