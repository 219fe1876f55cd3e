"""Agree and bring: signatures under the process, imports that can be undone, inquiries' source.

Inquiries stood under a source of kind "capture" before.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn
from service.store.migrations.checks import replace_words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS = (
    "feed",
    "forum",
    "hackernews",
    "stackexchange",
    "discourse",
    "lemmy",
    "mastodon",
    "bluesky",
    "forem",
    "github",
    "nodebb",
    "reddit",
    "youtube",
    "hyperkitty",
    "nntp",
    "imap",
    "mailbox",
    "capture",
    "import",
)


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Bring the schema forward."""
    replace_words("source", "kind", (*_KINDS, "inbound"))
    op.execute(
        "UPDATE source SET kind = 'inbound', url = 'inbound://inbound' "
        "WHERE slug = 'inbound' AND kind = 'capture'"
    )
    op.create_table(
        "process_signature",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("half", _one_of("half", "marketing", "sales"), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("content", JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_process_signature_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_signature")),
        sa.UniqueConstraint("digest", "half", name=op.f("uq_process_signature_digest_half")),
    )
    op.create_index(op.f("ix_process_signature_at"), "process_signature", ["at"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", _one_of("kind", "records", "sheet"), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_import_batch_by")),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["user_account.id"], name=op.f("fk_import_batch_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_at"), "import_batch", ["at"], unique=False)
    op.create_table(
        "import_row",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("lead_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("made", JSONColumn, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_row_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    for column in ("batch_id", "fingerprint", "lead_id"):
        op.create_index(op.f(f"ix_import_row_{column}"), "import_row", [column], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("import_row")
    op.drop_table("import_batch")
    op.drop_table("process_signature")
    op.execute(
        "UPDATE source SET kind = 'capture', url = 'capture://inbound' WHERE kind = 'inbound'"
    )
    replace_words("source", "kind", _KINDS)
