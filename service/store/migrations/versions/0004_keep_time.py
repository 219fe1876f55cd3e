"""Keep time: hosts and their robots.txt, and what a source's own rhythm follows from.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _of_sources() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("given_url", sa.String(), nullable=True),
        sa.Column("heard_at", JSONColumn, server_default="[]", nullable=False),
        sa.Column("quiet_at", UTCDateTime(), nullable=True),
        sa.Column("ttl_seconds", sa.Integer(), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.Column("moved_since", UTCDateTime(), nullable=True),
        sa.Column("moved_count", sa.Integer(), server_default="0", nullable=False),
    )


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "host",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("free_at", UTCDateTime(), nullable=False),
        sa.Column("rest_until", UTCDateTime(), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("last_reason", sa.String(), nullable=True),
        sa.CheckConstraint("refusals >= 0", name=op.f("ck_host_refusals_not_negative")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )
    op.create_table(
        "robots",
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("keep_seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
    )
    for column in _of_sources():
        op.add_column("source", column)
    op.execute("UPDATE source SET given_url = url WHERE from_files")
    op.create_index(
        "ix_source_leased",
        "source",
        ["lease_token"],
        unique=False,
        sqlite_where=sa.text("lease_token IS NOT NULL"),
        postgresql_where=sa.text("lease_token IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_source_leased", table_name="source")
    for column in reversed(_of_sources()):
        op.drop_column("source", column.name)
    op.drop_table("robots")
    op.drop_table("host")
