"""Deliver: endpoints, deliveries, secret feeds, messages that came in signed.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


#: Index, table, columns, and which rows it holds.
_SOME = (
    ("ix_outbox_unplanned", "outbox", ["id"], "planned_at IS NULL"),
    ("ix_delivery_batch", "delivery", ["batch_id"], "batch_id IS NOT NULL"),
)


def upgrade() -> None:
    """Bring the schema forward. What happened so far is not told to endpoints that come later."""
    op.add_column("outbox", sa.Column("planned_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE outbox SET planned_at = created_at")
    _create_endpoint()
    _create_delivery()
    _create_feed_link()
    op.create_table(
        "received_webhook",
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "id", name=op.f("pk_received_webhook")),
    )
    op.create_index(op.f("ix_received_webhook_at"), "received_webhook", ["at"], unique=False)
    for name, table, columns, which in _SOME:
        there = sa.text(which)
        op.create_index(name, table, columns, sqlite_where=there, postgresql_where=there)


def _create_endpoint() -> None:
    op.create_table(
        "endpoint",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", _one_of("kind", "webhook", "slack", "teams"), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.Column("disabled_reason", sa.String(), nullable=True),
        sa.Column("next_send_at", UTCDateTime(), nullable=False),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("last_sent_at", UTCDateTime(), nullable=True),
        sa.Column("last_problem", sa.String(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
    )


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("outbox_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("payload", JSONColumn, nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.Column(
            "state", _one_of("state", "pending", "sent", "dead", "withheld"), nullable=False
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_problem", sa.String(), nullable=True),
        sa.Column("tried", JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoint.id"], name=op.f("fk_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "endpoint_id", "outbox_id", name=op.f("uq_delivery_endpoint_id_outbox_id")
        ),
    )
    for name, columns in (
        ("ix_delivery_due", ["endpoint_id", "state", "next_attempt_at"]),
        ("ix_delivery_subject", ["endpoint_id", "subject_id", "state"]),
        ("ix_delivery_ended", ["state", "ended_at"]),
    ):
        op.create_index(name, "delivery", columns, unique=False)


def _create_feed_link() -> None:
    op.create_table(
        "feed_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_feed_link_topic_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_feed_link_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_link_token_hash")),
    )
    op.create_index(op.f("ix_feed_link_user_id"), "feed_link", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    for table in ("received_webhook", "feed_link", "delivery", "endpoint"):
        op.drop_table(table)
    op.drop_index("ix_outbox_unplanned", "outbox")
    op.drop_column("outbox", "planned_at")
