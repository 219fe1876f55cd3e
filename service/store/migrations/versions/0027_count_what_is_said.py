"""Count what is said: a source's posts between two moments, without a look at their rows.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index(
        "ix_post_said", "post", ["source_id", "published_at", "deleted_at_source"], unique=False
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_post_said", table_name="post")
