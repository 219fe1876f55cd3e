"""What must not be lost or forged: events to deliver, the audit chain, the suppressed."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import SuppressionReason, SuppressionScope


class Outbox(Row, table=True):
    """An event that has to leave, written in the transaction that caused it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_unplanned",
            "id",
            sqlite_where=text("planned_at IS NULL"),
            postgresql_where=text("planned_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: str  # "lead.offered", see lead-management: event types
    subject_id: str = Field(index=True)
    payload: dict[str, JsonValue] = Field(sa_type=JSONColumn)
    created_at: datetime
    planned_at: datetime | None = None  # its deliveries are written; None: not looked at yet


class AuditEvent(Row, table=True):
    """Who did what to which row; each holds the hash of the one before.

    Holds ids and codes, never names or text, so that an erasure leaves the chain whole.
    """

    __tablename__ = "audit_event"

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: str  # "lead:0190..."
    detail: dict[str, JsonValue] = Field(sa_type=JSONColumn)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class Suppression(Row, table=True):
    """Somebody who must not be stored, scored or shown; only a keyed hash is kept."""

    __tablename__ = "suppression"

    key_hmac: str = Field(primary_key=True, max_length=64)
    scope: SuppressionScope = Field(sa_type=one_of(SuppressionScope, "scope"))
    reason: SuppressionReason = Field(sa_type=one_of(SuppressionReason, "reason"))
    at: datetime
    by: str  # a user's id, or "harken"
    applied_at: datetime | None = Field(default=None, index=True)  # its live leads were taken out
