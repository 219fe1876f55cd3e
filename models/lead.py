"""A lead: a situation worth a sales conversation, made of one or more signals."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import BigInteger, CheckConstraint, Index, Text, false, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import (
    DeclineReason,
    Kind,
    LeadStatus,
    OfferState,
    TouchOutcome,
    TouchpointKind,
)

_CLOSED = "('won','lost','disqualified','merged','erased')"
_IS_LIVE = "closed_at IS NULL"


def _some(name: str, *columns: str, of: str) -> Index:
    """Return an index of some leads only.

    SQLite takes "is null" for as selective as "is equal to": an index that has the empty ones too
    would be preferred to the one that has the order of the list (measured: 300 ms instead of 3).
    """
    return Index(name, *columns, sqlite_where=text(of), postgresql_where=text(of))


class Lead(Row, table=True):
    """Somebody in the market for a topic, with one owner at a time and a clock on it.

    Rows are not validated on construction; ``service`` builds them from validated values.
    """

    __tablename__ = "lead"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score_of_hundred"),
        CheckConstraint(
            f"status IN {_CLOSED} OR next_step_at IS NOT NULL", name="live_lead_has_timer"
        ),
        CheckConstraint(
            f"status NOT IN {_CLOSED} OR (closed_at IS NOT NULL AND close_reason IS NOT NULL)",
            name="closed_lead_has_reason",
        ),
        CheckConstraint(
            "status NOT IN ('accepted','working','opportunity') OR owner_id IS NOT NULL",
            name="accepted_lead_has_owner",
        ),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("(amount_minor IS NULL) = (currency IS NULL)", name="amount_has_currency"),
        Index("lead_inbox", "status", "score"),
        # Reports ask by these three times; the first two have all that is counted, so that a year
        # of a hundred thousand leads is counted in the index.
        Index(
            "ix_lead_opened",
            "created_at",
            "status",
            "topic_id",
            "source_id",
            "furthest",
            "currency",
            "amount_minor",
            "first_signal_at",
            "id",
        ),
        Index(
            "ix_lead_handed_off",
            "sales_ready_at",
            "status",
            "topic_id",
            "source_id",
            "furthest",
            "currency",
            "amount_minor",
            "status_since",
            "id",
        ),
        _some("ix_lead_closed_at", "closed_at", of="closed_at IS NOT NULL"),
        _some("ix_lead_snoozed_until", "snoozed_until", of="snoozed_until IS NOT NULL"),
        _some("ix_lead_live_score", "score", "journey_step", "id", of=_IS_LIVE),
        _some("ix_lead_live_heard", "last_signal_at", "id", of=_IS_LIVE),
        _some("ix_lead_live_due", "next_step_at", "id", of=_IS_LIVE),
        Index("ix_lead_owner", "owner_id", "status"),
        Index("ix_lead_account", text("lower(account)")),  # customers come however they are spelt
        Index("ix_lead_status_since", "status_since"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    topic_id: str = Field(foreign_key="topic.id", index=True)
    author_id: str | None = Field(default=None, foreign_key="author.id", index=True)
    thread_id: str = Field(foreign_key="thread.id", index=True)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    #: Where it was heard first: that of its thread, which never changes.
    source_id: str = Field(sa_column_kwargs={"server_default": ""})
    title: str
    kind: Kind = Field(sa_type=one_of(Kind, "kind"))  # of its strongest signal
    journey_step: int  # 1..6, the furthest reached
    status: LeadStatus = Field(sa_type=one_of(LeadStatus, "status"))
    #: How far it ever got, see service.rules.lives.WAY.
    furthest: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    score: float  # 0..100 at scored_at, see service.rules.scoring
    score_explain: dict[str, JsonValue] = Field(sa_type=JSONColumn)
    profile_version: str
    scored_at: datetime
    owner_id: str | None = Field(default=None, foreign_key="user_account.id")
    team_id: str | None = Field(default=None, foreign_key="team.id")
    region: str | None = None  # where the buyer is, where that is known: a slug
    account: str | None = None  # the buyer's company, where that is known
    #: They or their company bought from us before: whoever won that is asked first.
    existing_customer: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    next_step: str  # what is due, in words
    next_step_at: datetime | None = Field(default=None, index=True)
    first_signal_at: datetime
    last_signal_at: datetime
    sales_ready_at: datetime | None = None
    first_offer_at: datetime | None = None
    accepted_at: datetime | None = None
    first_touch_at: datetime | None = None
    handed_back_at: datetime | None = None
    recycle_count: int = 0
    mandatory_follow_up: bool = False
    snoozed_until: datetime | None = None  # nobody looks at it before
    snoozes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # how often so far
    #: Of a merged lead, the one that goes on.
    merged_into: str | None = Field(default=None, foreign_key="lead.id", index=True)
    closed_at: datetime | None = None
    close_reason: str | None = None
    #: What it is worth, expected while it lives and agreed once it is won: cents, yen, ...
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, max_length=3)  # ISO 4217; never without an amount
    lost_to: str | None = None  # the competitor, when it was lost to one
    status_since: datetime
    created_at: datetime
    rev: int = 1  # optimistic lock: a writer who saw another rev is refused


class LeadSignal(Row, table=True):
    """A signal is evidence for exactly one lead."""

    __tablename__ = "lead_signal"
    __table_args__ = (Index("ix_lead_signal_of", "lead_id", "signal_id"),)

    signal_id: str = Field(primary_key=True, foreign_key="signal.id")
    lead_id: str = Field(foreign_key="lead.id")


class StatusChange(Row, table=True):
    """One step of a lead through its life."""

    __tablename__ = "status_change"
    __table_args__ = (
        Index("ix_status_change_event", "event", "at"),
        # All that reports ask of a lead's steps, a hundred thousand leads at a time.
        Index(
            "ix_status_change_life",
            "lead_id",
            "at",
            "id",
            "to_status",
            "from_status",
            "seconds_in_previous",
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id")
    from_status: LeadStatus | None = Field(default=None, sa_type=one_of(LeadStatus, "from_status"))
    to_status: LeadStatus = Field(sa_type=one_of(LeadStatus, "to_status"))
    event: str
    actor: str  # a user's id, or "harken"
    at: datetime
    seconds_in_previous: float
    reason: str | None = None


class Offer(Row, table=True):
    """The lease of a lead to a rep: accept it in time, or it goes on."""

    __tablename__ = "offer"
    __table_args__ = (
        Index(
            "one_open_offer_a_lead",
            "lead_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("offer_due", "state", "accept_by"),
        Index("ix_offer_offered_at", "offered_at"),
        Index("ix_offer_holder", "to_user_id", "state"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    to_user_id: str = Field(foreign_key="user_account.id", index=True)
    offered_at: datetime
    accept_by: datetime
    state: OfferState = Field(default=OfferState.OPEN, sa_type=one_of(OfferState, "state"))
    answered_at: datetime | None = None
    fencing: int  # counts the lead's offers; an answer with an older number is refused
    decline_reason: DeclineReason | None = Field(
        default=None, sa_type=one_of(DeclineReason, "decline_reason")
    )
    explain: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # why this rep, why not the others
    reclaimed_at: datetime | None = None  # taken back from who accepted it and let it lie


class Touchpoint(Row, table=True):
    """Something a rep did for a lead. Harken notes it and never does it."""

    __tablename__ = "touchpoint"
    __table_args__ = (Index("ix_touchpoint_of", "lead_id", "at", "kind", "by_user_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id")
    kind: TouchpointKind = Field(sa_type=one_of(TouchpointKind, "kind"))
    by_user_id: str = Field(foreign_key="user_account.id")
    at: datetime
    note: str = Field(default="", sa_type=Text)
    outcome: TouchOutcome | None = Field(default=None, sa_type=one_of(TouchOutcome, "outcome"))
    outcome_at: datetime | None = None  # when that was noted
    #: A note of ours that a partner who has the lead reads too; all others stay in the house.
    shared: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
