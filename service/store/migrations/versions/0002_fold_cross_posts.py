"""Fold cross-posts: signatures of posts, keys to find near ones by, and what was folded.

Posts that were taken in before have no signature, so that what repeats them is not folded; that is
over once they are three days old.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("post", sa.Column("signature", sa.LargeBinary(), nullable=True))
    op.create_table(
        "post_band",
        sa.Column("key", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_band_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "post_id", name=op.f("pk_post_band")),
    )
    op.create_index(op.f("ix_post_band_post_id"), "post_band", ["post_id"], unique=False)
    op.create_table(
        "cross_post",
        sa.Column("signal_id", sa.String(length=36), nullable=False),
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_cross_post_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signal.id"], name=op.f("fk_cross_post_signal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signal_id", "post_id", name=op.f("pk_cross_post")),
    )
    op.create_index(op.f("ix_cross_post_post_id"), "cross_post", ["post_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_cross_post_post_id"), table_name="cross_post")
    op.drop_table("cross_post")
    op.drop_index(op.f("ix_post_band_post_id"), table_name="post_band")
    op.drop_table("post_band")
    op.drop_column("post", "signature")
