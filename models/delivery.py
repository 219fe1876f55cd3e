"""What leaves the house: where to, what is on its way, and what became of it."""

from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue
from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import DeliveryState as DeliveryState  # there, the command line needs no tables

#: Every event that an endpoint may ask for (lead-management.md, Event types, and our own).
EVENT_KINDS = (
    "signal.created",
    "lead.created",
    "lead.score_changed",
    "lead.sales_ready",
    "lead.offered",
    "lead.accepted",
    "lead.declined",
    "lead.offer_expired",
    "lead.status_changed",
    "lead.handed_back",
    "lead.nurture_due",
    "lead.sla_warning",
    "lead.sla_breached",
    "lead.won",
    "lead.lost",
    "lead.merged",
    "lead.erased",
    "source.health_changed",
    "source.went_quiet",
    "source.speaks_again",
    "source.moved",
    "digest.sent",
)


class EndpointKind(StrEnum):
    """Who listens at an endpoint, which decides what is said and how fast."""

    WEBHOOK = "webhook"  # a program; Standard Webhooks 1.0
    SLACK = "slack"  # an incoming webhook of Slack, Mattermost or Rocket.Chat
    TEAMS = "teams"  # a Teams workflow "when a webhook request is received"

    @property
    def is_read_by_people(self) -> bool:
        """Say whether bursts are told in one message."""
        return self is not EndpointKind.WEBHOOK


class Endpoint(Row, table=True):
    """A place that events are sent to, with the state of the sending.

    Where that is and its secrets are in the configuration and the environment, not here.
    """

    __tablename__ = "endpoint"

    id: str = Field(primary_key=True, max_length=64)  # its name in channels.toml
    kind: EndpointKind = Field(sa_type=one_of(EndpointKind, "kind"))
    address_hash: str = Field(max_length=64)  # SHA-256 of its address: a new one is a new chance
    active: bool = True  # as the files have it
    disabled_at: datetime | None = None
    disabled_reason: str | None = None  # in words for a person
    next_send_at: datetime  # its rate, and the pause that it asked for or needs
    fail_count: int = 0  # since the last success
    last_sent_at: datetime | None = None
    last_problem: str | None = None
    lease_until: datetime | None = None  # somebody sends to it until then
    lease_token: str | None = None  # and proves so with this
    created_at: datetime


class Delivery(Row, table=True):
    """One event for one endpoint. What is sent is made when it is sent; no text lies here."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "outbox_id"),
        Index("ix_delivery_due", "endpoint_id", "state", "next_attempt_at"),
        Index("ix_delivery_subject", "endpoint_id", "subject_id", "state"),
        Index(
            "ix_delivery_batch",
            "batch_id",
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
        Index("ix_delivery_ended", "state", "ended_at"),
    )

    id: str = Field(primary_key=True, max_length=36)  # the webhook-id: the same at every attempt
    endpoint_id: str = Field(foreign_key="endpoint.id")
    outbox_id: str = Field(max_length=36)
    kind: str  # of the event
    subject_id: str
    payload: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # the event's: ids and codes
    happened_at: datetime
    state: DeliveryState = Field(
        default=DeliveryState.PENDING, sa_type=one_of(DeliveryState, "state")
    )
    attempts: int = 0
    next_attempt_at: datetime
    batch_id: str | None = Field(default=None, max_length=36)  # told in one message with others
    ended_at: datetime | None = None  # sent, dead or withheld
    last_status: int | None = None  # of HTTP; None: there was no answer
    last_problem: str | None = None  # in words for a person
    #: The latest attempts, oldest first: {"at", "status", "problem", "seconds"}.
    tried: list[dict[str, JsonValue]] = Field(default_factory=list, sa_type=JSONColumn)


class FeedLink(Row, table=True):
    """A secret address under which a feed reader gets a person's leads, or a topic's."""

    __tablename__ = "feed_link"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    token_hash: str = Field(unique=True, max_length=64)  # the token itself is not kept
    user_id: str = Field(foreign_key="user_account.id", index=True)
    topic_id: str | None = Field(default=None, foreign_key="topic.id")  # None: the user's own
    created_at: datetime
    revoked_at: datetime | None = None


class ReceivedWebhook(Row, table=True):
    """The id of a signed message that came in, so that it counts once."""

    __tablename__ = "received_webhook"

    sender: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=255)
    at: datetime = Field(index=True)
