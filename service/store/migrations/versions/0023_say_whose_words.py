"""Say whose words: a note tells whether a partner reads it too, a verdict whose it is.

Revision ID: 0026
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward. What was written before stays in the house."""
    op.add_column(
        "touchpoint", sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("signal", sa.Column("judged_by", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("signal", "judged_by")
    op.drop_column("touchpoint", "shared")
