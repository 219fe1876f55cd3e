"""Answer and mute: reply drafts, what came of a contact, mutes, digests that were read here.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn
from service.store.migrations.checks import replace_words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATES = ("waiting", "sent", "silent", "collapsed", "dead")
#: In plain SQL that both databases read: Alembic can't add a CHECK to SQLite's tables.
_OUTCOME = (
    "outcome VARCHAR(32) CONSTRAINT ck_touchpoint_outcome CHECK (outcome IN"
    " ('answered', 'no_answer', 'removed', 'unwelcome'))"
)
_STANDING = "lifted_at IS NULL AND {column} IS NOT NULL"


def upgrade() -> None:
    """Bring the schema forward."""
    replace_words("digest_run", "state", (*_STATES, "read"))
    op.execute(f"ALTER TABLE touchpoint ADD COLUMN {_OUTCOME}")
    op.add_column("touchpoint", sa.Column("outcome_at", UTCDateTime(), nullable=True))
    _create_reply_draft()
    _create_mute()


def _create_reply_draft() -> None:
    op.create_table(
        "reply_draft",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("posted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_reply_draft_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_reply_draft_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_draft")),
    )
    op.create_index(op.f("ix_reply_draft_lead_id"), "reply_draft", ["lead_id"], unique=False)
    op.create_index("ix_reply_draft_saved_at", "reply_draft", ["saved_at"], unique=False)
    is_open = sa.text("posted_at IS NULL")
    op.create_index(
        "one_open_draft_a_writer",
        "reply_draft",
        ["lead_id", "user_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_mute() -> None:
    op.create_table(
        "mute",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=True),
        sa.Column("source_id", sa.String(length=36), nullable=True),
        sa.Column("leads", JSONColumn, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(author_id IS NULL) <> (source_id IS NULL)", name=op.f("ck_mute_is_of_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["author.id"], name=op.f("fk_mute_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_mute_source_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_mute_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    op.create_index(op.f("ix_mute_author_id"), "mute", ["author_id"], unique=False)
    for name, column in (
        ("one_standing_mute_an_author", "author_id"),
        ("one_standing_mute_a_source", "source_id"),
    ):
        which = sa.text(_STANDING.format(column=column))
        op.create_index(
            name,
            "mute",
            ["topic_id", column],
            unique=True,
            sqlite_where=which,
            postgresql_where=which,
        )


def downgrade() -> None:
    """Take it back. Digests that were only read on the page are as if they had been silent."""
    op.drop_table("mute")
    op.drop_table("reply_draft")
    op.drop_column("touchpoint", "outcome_at")
    op.drop_column("touchpoint", "outcome")
    op.execute("UPDATE digest_run SET state = 'silent' WHERE state = 'read'")
    replace_words("digest_run", "state", _STATES)
