"""Search: the full-text index of posts, and the orders in which the inbox is read.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from models.search import drop_index, fill_index, make_index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LIVE = "closed_at IS NULL"
#: Name, columns, and which leads it has.
_SOME = (
    ("ix_lead_live_score", ["score", "journey_step", "id"], _LIVE),
    ("ix_lead_live_heard", ["last_signal_at", "id"], _LIVE),
    ("ix_lead_live_due", ["next_step_at", "id"], _LIVE),
    ("ix_lead_closed_at", ["closed_at"], "closed_at IS NOT NULL"),
    ("ix_lead_snoozed_until", ["snoozed_until"], "snoozed_until IS NOT NULL"),
)
#: What they and the others take the place of.
_BEFORE = (
    ("ix_lead_closed_at", ["closed_at"]),
    ("ix_lead_snoozed_until", ["snoozed_until"]),
    ("ix_lead_owner_id", ["owner_id"]),
)
_OTHERS = (
    ("ix_lead_owner", "lead", ["owner_id", "status"]),
    ("ix_lead_status_since", "lead", ["status_since"]),
    ("ix_author_handle_norm", "author", ["handle_norm"]),
    ("ix_offer_holder", "offer", ["to_user_id", "state"]),
)


def upgrade() -> None:
    """Bring the schema forward. A million posts take some minutes to be looked up."""
    for name, _ in _BEFORE:
        op.drop_index(name, "lead")
    for name, columns, which in _SOME:
        there = sa.text(which)
        op.create_index(name, "lead", columns, sqlite_where=there, postgresql_where=there)
    for name, table, columns in _OTHERS:
        op.create_index(name, table, columns)
    make_index(op.get_bind())
    fill_index(op.get_bind())


def downgrade() -> None:
    """Take it back."""
    drop_index(op.get_bind())
    for name, table, _ in _OTHERS:
        op.drop_index(name, table)
    for name, *_ in _SOME:
        op.drop_index(name, "lead")
    for name, columns in _BEFORE:
        op.create_index(name, "lead", columns)
