"""Measure campaigns: what they are about and compared with, who mentions them, whom that reaches.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: In plain SQL that both databases read: Alembic can't add a CHECK to a table of SQLite.
_AUDIENCE = "audience BIGINT CONSTRAINT ck_source_audience_is_somebody CHECK (audience > 0)"
_BASELINE = (
    "baseline_days INTEGER CONSTRAINT ck_campaign_baseline_is_some_days CHECK (baseline_days > 0)"
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.execute(f"ALTER TABLE source ADD COLUMN {_AUDIENCE}")
    op.execute(f"ALTER TABLE campaign ADD COLUMN {_BASELINE}")
    op.add_column(
        "campaign", sa.Column("phrases", JSONColumn, server_default="[]", nullable=False)
    )
    op.create_table(
        "campaign_mention",
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.Column("about", JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_mention_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_campaign_mention_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "post_id", name=op.f("pk_campaign_mention")),
    )
    op.create_index(
        op.f("ix_campaign_mention_post_id"), "campaign_mention", ["post_id"], unique=False
    )
    op.create_table(
        "campaign_look",
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("wordless", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_look_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_look")),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("campaign_look")
    op.drop_table("campaign_mention")
    op.drop_column("campaign", "phrases")
    op.execute("ALTER TABLE campaign DROP COLUMN baseline_days")
    op.execute("ALTER TABLE source DROP COLUMN audience")
