"""Take back mail: digests and addresses whose mail came back, and how far bounces were read.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("digest_run", sa.Column("returned_at", UTCDateTime(), nullable=True))
    op.create_index("ix_digest_run_message_id", "digest_run", ["message_id"], unique=False)
    op.add_column(
        "mail_address", sa.Column("returns", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("mail_address", sa.Column("returned_at", UTCDateTime(), nullable=True))
    op.create_table(
        "bounce_box",
        sa.Column("url", sa.String(length=600), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_bounce_box")),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("bounce_box")
    op.drop_column("mail_address", "returned_at")
    op.drop_column("mail_address", "returns")
    op.drop_index("ix_digest_run_message_id", table_name="digest_run")
    op.drop_column("digest_run", "returned_at")
