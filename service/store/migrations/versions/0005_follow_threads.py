"""Follow threads: conversations that are read again, and what was deleted at its source.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _of_threads() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("next_read_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("read_fails", sa.Integer(), server_default="0", nullable=False),
        sa.Column("deleted_at_source", UTCDateTime(), nullable=True),
    )


def _of_posts() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("deleted_at_source", UTCDateTime(), nullable=True),
        sa.Column("missing_since", UTCDateTime(), nullable=True),
        sa.Column("next_check_at", UTCDateTime(), nullable=True),
    )


#: Index, table and the column that most rows have nothing in.
_DUE = (
    ("ix_thread_watched", "thread", "next_read_at"),
    ("ix_post_checked", "post", "next_check_at"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    for column in _of_threads():
        op.add_column("thread", column)
    for column in _of_posts():
        op.add_column("post", column)
    op.add_column(
        "source_policy",
        sa.Column("recheck_seconds", sa.Float(), server_default="604800", nullable=False),
    )
    for name, table, column_name in _DUE:
        there = sa.text(f"{column_name} IS NOT NULL")
        op.create_index(
            name, table, [column_name], unique=False, sqlite_where=there, postgresql_where=there
        )


def downgrade() -> None:
    """Take it back."""
    for name, table, _ in reversed(_DUE):
        op.drop_index(name, table_name=table)
    op.drop_column("source_policy", "recheck_seconds")
    for column in reversed(_of_posts()):
        op.drop_column("post", column.name)
    for column in reversed(_of_threads()):
        op.drop_column("thread", column.name)
