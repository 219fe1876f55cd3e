"""Send digests: subscriptions, runs, what they showed, labels, refused addresses, attention.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Bring the schema forward."""
    _create_attention_item()
    _create_mail_address()
    _create_digest_subscription()
    _create_digest_run()
    _create_attention_shown()
    _create_digest_item()
    _create_reject_label()


def _create_attention_item() -> None:
    op.create_table(
        "attention_item",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "kind",
                "source_failing",
                "source_quiet",
                "topic_noisy",
                "phrase_silent",
                "sla_breached",
                "model_gate",
                "disk_full",
                "mail_dead",
                "address_bouncing",
                "delivery_dead",
                "endpoint_disabled",
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=600), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("for_roles", JSONColumn, nullable=False),
        sa.Column("for_users", JSONColumn, nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("resolved_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention_item")),
    )
    op.create_index(
        "one_open_item_a_matter",
        "attention_item",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def _create_mail_address() -> None:
    op.create_table(
        "mail_address",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("refused_at", UTCDateTime(), nullable=False),
        sa.Column("bouncing_since", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_mail_address")),
    )


def _create_digest_subscription() -> None:
    op.create_table(
        "digest_subscription",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "rhythm", _one_of("rhythm", "instant", "hourly", "daily", "weekly"), nullable=True
        ),
        sa.Column("at_minutes", sa.Integer(), nullable=True),
        sa.Column("weekdays", JSONColumn, nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("min_score", sa.Float(), nullable=True),
        sa.Column("mail_when_empty", sa.Boolean(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL)",
            name=op.f("ck_digest_subscription_quiet_has_both_ends"),
        ),
        sa.CheckConstraint(
            "at_minutes BETWEEN 0 AND 1440", name=op.f("ck_digest_subscription_at_is_of_a_day")
        ),
        sa.CheckConstraint(
            "cap BETWEEN 1 AND 100", name=op.f("ck_digest_subscription_cap_can_be_read")
        ),
        sa.CheckConstraint(
            "min_score BETWEEN 0 AND 100", name=op.f("ck_digest_subscription_min_score_of_hundred")
        ),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439",
            name=op.f("ck_digest_subscription_quiet_from_is_of_a_day"),
        ),
        sa.CheckConstraint(
            "quiet_to BETWEEN 0 AND 1440", name=op.f("ck_digest_subscription_quiet_to_is_of_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_digest_subscription_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_subscription")),
        sa.UniqueConstraint("user_id", name=op.f("uq_digest_subscription_user_id")),
    )


def _create_digest_run() -> None:
    op.create_table(
        "digest_run",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _one_of("state", "waiting", "sent", "silent", "collapsed", "dead"),
            nullable=False,
        ),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("not_shown", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("sent_to", sa.String(length=254), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.CheckConstraint("slot BETWEEN 0 AND 3001", name=op.f("ck_digest_run_slot_is_of_a_day")),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["digest_subscription.id"],
            name=op.f("fk_digest_run_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_run")),
        sa.UniqueConstraint(
            "subscription_id",
            "local_date",
            "slot",
            name=op.f("uq_digest_run_subscription_id_local_date_slot"),
        ),
    )
    op.create_index(
        "ix_digest_run_waiting",
        "digest_run",
        ["next_try_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_attention_shown() -> None:
    op.create_table(
        "attention_shown",
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["attention_item.id"],
            name=op.f("fk_attention_shown_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["digest_run.id"],
            name=op.f("fk_attention_shown_run_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_attention_shown_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "item_id", "user_id", "local_date", name=op.f("pk_attention_shown")
        ),
    )
    op.create_index(op.f("ix_attention_shown_run_id"), "attention_shown", ["run_id"], unique=False)


def _create_digest_item() -> None:
    op.create_table(
        "digest_item",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", "ranked", "explored", "reject"), nullable=False),
        sa.Column("lead_id", sa.String(length=36), nullable=True),
        sa.Column("post_id", sa.String(length=36), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(lead_id IS NULL) <> (post_id IS NULL)", name=op.f("ck_digest_item_shows_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_digest_item_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_digest_item_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["digest_run.id"], name=op.f("fk_digest_item_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_digest_item")),
    )
    op.create_index(op.f("ix_digest_item_lead_id"), "digest_item", ["lead_id"], unique=False)
    op.create_index(op.f("ix_digest_item_post_id"), "digest_item", ["post_id"], unique=False)


def _create_reject_label() -> None:
    op.create_table(
        "reject_label",
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("is_signal", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_reject_label_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_reject_label_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "user_id", name=op.f("pk_reject_label")),
    )


def downgrade() -> None:
    """Take it back."""
    for table in (
        "reject_label",
        "digest_item",
        "attention_shown",
        "digest_run",
        "digest_subscription",
        "mail_address",
        "attention_item",
    ):
        op.drop_table(table)
