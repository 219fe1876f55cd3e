"""Tell people: who was told that we have words of theirs, whose name went, what they ask of us.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from service.store.migrations.checks import replace_words

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KINDS = (
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
)
_NEW_KINDS = ("notice_due", "privacy_request")


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Bring the schema forward."""
    replace_words("attention_item", "kind", (*_KINDS, *_NEW_KINDS))
    op.add_column("author", sa.Column("pseudonymised_at", UTCDateTime(), nullable=True))
    op.add_column("thread", sa.Column("pseudonymised_at", UTCDateTime(), nullable=True))
    is_named = sa.text("pseudonymised_at IS NULL")
    op.create_index(
        "ix_author_named_since",
        "author",
        ["first_seen_at"],
        unique=False,
        sqlite_where=is_named,
        postgresql_where=is_named,
    )
    _create_notice()
    _create_privacy_request()


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(length=36), nullable=True),
        sa.Column(
            "way",
            _one_of("way", "reply", "message", "email", "call", "otherwise"),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["author.id"], name=op.f("fk_notice_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_notice_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("author_id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_lead_id"), "notice", ["lead_id"], unique=False)


def _create_privacy_request() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "asked_for",
            _one_of("asked_for", "access", "erasure", "objection", "correction"),
            nullable=False,
        ),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column(
            "ended",
            _one_of("ended", "done", "nothing_here", "not_them", "refused"),
            nullable=True,
        ),
        sa.Column("closed_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
    )
    op.create_index(op.f("ix_privacy_request_at"), "privacy_request", ["at"], unique=False)
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_privacy_request_open",
        "privacy_request",
        ["due_at"],
        unique=False,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def downgrade() -> None:
    """Take it back. Whose name went has a pseudonym still."""
    op.drop_table("privacy_request")
    op.drop_table("notice")
    op.drop_index("ix_author_named_since", table_name="author")
    op.drop_column("thread", "pseudonymised_at")
    op.drop_column("author", "pseudonymised_at")
    op.execute("DELETE FROM attention_item WHERE kind IN ('notice_due', 'privacy_request')")
    replace_words("attention_item", "kind", _KINDS)
