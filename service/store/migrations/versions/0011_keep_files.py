"""Keep what the files of the configuration said: history, difference, roll back.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "file_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("file", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(text IS NULL) = (digest IS NULL)", name=op.f("ck_file_version_digest_of_text")
        ),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_file_version_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_version")),
    )
    op.create_index("ix_file_version_file", "file_version", ["file", "id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("file_version")
