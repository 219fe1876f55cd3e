"""Count costs: campaigns, and what sources and campaigns cost; what a lead is worth.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from models.columns import JSONColumn

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: In plain SQL that both databases read: Alembic can't add a CHECK to a table of SQLite.
_OF_LEADS = (
    "amount_minor BIGINT CONSTRAINT ck_lead_amount_not_negative CHECK (amount_minor >= 0)",
    "currency VARCHAR(3) CONSTRAINT ck_lead_amount_has_currency CHECK ((amount_minor IS NULL) = (currency IS NULL))",
    "lost_to VARCHAR",
)

#: What reports ask by: index, table, columns.
_ASKED_BY = (
    ("ix_lead_created_at", "lead", ("created_at",)),
    ("ix_lead_sales_ready_at", "lead", ("sales_ready_at",)),
    ("ix_lead_closed_at", "lead", ("closed_at",)),
    ("ix_status_change_event", "status_change", ("event", "at")),
    ("ix_offer_offered_at", "offer", ("offered_at",)),
    ("ix_signal_created_at", "signal", ("created_at",)),
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "event_buzz",
                "product_buzz",
                "brand_buzz",
                "partner_buzz",
                "talent_acquisition_buzz",
                "lead_generation",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("topics", JSONColumn, nullable=False),
        sa.Column("sources", JSONColumn, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_campaign_ends_after_start")),
        sa.CheckConstraint("budget_minor >= 0", name=op.f("ck_campaign_budget_not_negative")),
        sa.CheckConstraint(
            "(budget_minor IS NULL) = (currency IS NULL)",
            name=op.f("ck_campaign_budget_has_currency"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "cost_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("campaign_id", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("from_files", sa.Boolean(), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_cost_entry_ends_after_start")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_cost_entry_amount_not_negative")),
        sa.CheckConstraint(
            "(source_id IS NULL) <> (campaign_id IS NULL)",
            name=op.f("ck_cost_entry_of_a_source_or_a_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_cost_entry_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_cost_entry_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_entry")),
    )
    op.create_index(op.f("ix_cost_entry_source_id"), "cost_entry", ["source_id"], unique=False)
    op.create_index(op.f("ix_cost_entry_campaign_id"), "cost_entry", ["campaign_id"], unique=False)
    for column in _OF_LEADS:
        op.execute(f"ALTER TABLE lead ADD COLUMN {column}")
    for name, table, columns in _ASKED_BY:
        op.create_index(name, table, list(columns), unique=False)


def downgrade() -> None:
    """Take it back."""
    for name, table, _ in reversed(_ASKED_BY):
        op.drop_index(name, table_name=table)
    for column in reversed(_OF_LEADS):
        op.drop_column("lead", column.split()[0])
    op.drop_table("cost_entry")
    op.drop_table("campaign")
