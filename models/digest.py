"""What somebody is sent and when: subscriptions, the runs that came of them, what they showed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.digest_words import ItemKind, Rhythm, RunState
from models.ids import new_id

_WAITING = "state = 'waiting'"


class DigestSubscription(Row, table=True):
    """How somebody wants the digest. What is None follows the settings."""

    __tablename__ = "digest_subscription"
    __table_args__ = (
        CheckConstraint("at_minutes BETWEEN 0 AND 1440", name="at_is_of_a_day"),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439", name="quiet_from_is_of_a_day"),
        CheckConstraint("quiet_to BETWEEN 0 AND 1440", name="quiet_to_is_of_a_day"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet_has_both_ends"),
        CheckConstraint("cap BETWEEN 1 AND 100", name="cap_can_be_read"),
        CheckConstraint("min_score BETWEEN 0 AND 100", name="min_score_of_hundred"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", unique=True)
    active: bool = True
    rhythm: Rhythm | None = Field(default=None, sa_type=one_of(Rhythm, "rhythm"))
    at_minutes: int | None = None  # of the wall clock since midnight; 1440 ends the day
    weekdays: list[int] | None = Field(default=None, sa_type=JSONColumn)  # 0 is Monday
    quiet_from: int | None = None  # minutes since midnight; may lie behind ``quiet_to``
    quiet_to: int | None = None
    cap: int | None = None
    min_score: float | None = None  # leads below are left out
    mail_when_empty: bool | None = None
    created_at: datetime  # nothing that was due before is made up for


class DigestRun(Row, table=True):
    """One digest of one person, written before it is sent, and sent until it is out."""

    __tablename__ = "digest_run"
    __table_args__ = (
        UniqueConstraint("subscription_id", "local_date", "slot"),
        CheckConstraint("slot BETWEEN 0 AND 3001", name="slot_is_of_a_day"),
        Index(
            "ix_digest_run_waiting",
            "next_try_at",
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
        Index("ix_digest_run_message_id", "message_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    subscription_id: str = Field(foreign_key="digest_subscription.id", ondelete="CASCADE")
    local_date: date = Field(sa_type=Date)  # on the person's own calendar
    #: 0: the digest of that day, of which there is one. Else: minutes into the day, plus one.
    slot: int = 0
    state: RunState = Field(sa_type=one_of(RunState, "state"))
    message_id: str = Field(max_length=255)  # the same at every try
    due_at: datetime
    created_at: datetime
    not_shown: int = 0  # leads that did not fit
    attempts: int = 0
    next_try_at: datetime
    lease_until: datetime | None = None  # somebody is sending it until then
    sent_to: str | None = Field(default=None, max_length=254)
    sent_at: datetime | None = None
    problem: str | None = None  # why it is not out yet, or came back, in words
    returned_at: datetime | None = None  # when it came back, after a server had taken it


class DigestItem(Row, table=True):
    """Something that a digest shows: ids only, so that nobody's words are kept twice."""

    __tablename__ = "digest_item"
    __table_args__ = (
        CheckConstraint("(lead_id IS NULL) <> (post_id IS NULL)", name="shows_one_thing"),
    )

    run_id: str = Field(
        primary_key=True, foreign_key="digest_run.id", ondelete="CASCADE", max_length=36
    )
    position: int = Field(primary_key=True)
    kind: ItemKind = Field(sa_type=one_of(ItemKind, "kind"))
    lead_id: str | None = Field(
        default=None, foreign_key="lead.id", ondelete="CASCADE", index=True, max_length=36
    )
    post_id: str | None = Field(
        default=None, foreign_key="post.id", ondelete="CASCADE", index=True, max_length=36
    )
    score: float | None = None  # when it was shown


class RejectLabel(Row, table=True):
    """What somebody says of a post that was thrown away."""

    __tablename__ = "reject_label"

    post_id: str = Field(
        primary_key=True, foreign_key="post.id", ondelete="CASCADE", max_length=36
    )
    user_id: str = Field(
        primary_key=True, foreign_key="user_account.id", ondelete="CASCADE", max_length=36
    )
    is_signal: bool  # True: it should not have been thrown away
    at: datetime


class MailAddress(Row, table=True):
    """How mail to an address has gone, once it was refused."""

    __tablename__ = "mail_address"

    address: str = Field(primary_key=True, max_length=254)  # in lower case
    refusals: int  # in a row
    reason: str  # the server's last words
    refused_at: datetime
    bouncing_since: datetime | None = None  # nothing is sent there any more
    #: Mails that were taken and came back later, in the last two weeks.
    returns: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    returned_at: datetime | None = None  # when the last of them did


class BounceBox(Row, table=True):
    """How far the mailbox was read that bounces come to."""

    __tablename__ = "bounce_box"

    url: str = Field(primary_key=True, max_length=600)  # of its server, and the folder
    validity: int = Field(sa_type=BigInteger)  # UIDVALIDITY: while it stays, so do the numbers
    uid: int = Field(sa_type=BigInteger)  # of the last mail that was looked at
    read_at: datetime
    problem: str | None = None  # why it could not be read, in words
