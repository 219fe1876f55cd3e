"""Know customers: a lead says whether its buyer bought from us before.

Revision ID: 0022
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward. Leads that live are looked at within the hour, as they are scored."""
    op.add_column(
        "lead",
        sa.Column("existing_customer", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_column("lead", "existing_customer")
