"""Count at a glance: rows say themselves what reports looked up for each of them.

How far a lead ever got, where it was heard first, where a signal was heard and by which phrases;
and indexes that have all that is counted, so that no row is fetched.

Revision ID: 0024
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: Table, name, type and what stands in it until it is filled.
_COLUMNS = (
    ("lead", "furthest", sa.Integer(), "0"),
    ("lead", "source_id", sa.String(), ""),
    ("signal", "source_id", sa.String(), ""),
    ("signal", "phrases", sa.Text(), ""),
)

_FURTHEST = """
    UPDATE lead SET furthest = coalesce((
        SELECT max(CASE to_status
            WHEN 'mql' THEN 1 WHEN 'sales_ready' THEN 2 WHEN 'offered' THEN 3
            WHEN 'accepted' THEN 4 WHEN 'working' THEN 5 WHEN 'opportunity' THEN 6
            WHEN 'won' THEN 7 ELSE 0 END)
        FROM status_change WHERE status_change.lead_id = lead.id
    ), 0)
"""
_OF_LEADS = (
    "UPDATE lead SET source_id = (SELECT source_id FROM thread WHERE thread.id = lead.thread_id)"
)
_OF_SIGNALS = (
    "UPDATE signal SET source_id = (SELECT source_id FROM post WHERE post.id = signal.post_id)"
)
_PHRASES = {
    "sqlite": """
        UPDATE signal SET phrases = coalesce((
            SELECT group_concat(json_extract(said.value, '$.text'), char(31))
            FROM json_each(signal.matched) AS said
        ), '')
    """,
    "postgresql": """
        UPDATE signal SET phrases = coalesce((
            SELECT string_agg(said.value ->> 'text', chr(31))
            FROM jsonb_array_elements(signal.matched) AS said(value)
        ), '')
    """,
}

#: Indexes by name: table and columns.
_BEFORE = {
    "ix_lead_created_at": ("lead", "created_at"),
    "ix_lead_sales_ready_at": ("lead", "sales_ready_at"),
    "ix_lead_signal_lead_id": ("lead_signal", "lead_id"),
    "ix_post_published_at": ("post", "published_at"),
    "ix_signal_created_at": ("signal", "created_at"),
    "ix_signal_topic_id": ("signal", "topic_id"),
    "ix_status_change_steps": (
        "status_change", "lead_id", "to_status", "from_status", "seconds_in_previous",
    ),
    "ix_touchpoint_lead_id": ("touchpoint", "lead_id"),
}  # fmt: skip
_SINCE = {
    "ix_lead_opened": (
        "lead", "created_at", "status", "topic_id", "source_id", "furthest", "currency",
        "amount_minor", "first_signal_at", "id",
    ),
    "ix_lead_handed_off": (
        "lead", "sales_ready_at", "status", "topic_id", "source_id", "furthest", "currency",
        "amount_minor", "status_since", "id",
    ),
    "ix_lead_signal_of": ("lead_signal", "lead_id", "signal_id"),
    "ix_post_published": ("post", "published_at", "source_id"),
    "ix_signal_topic": ("signal", "topic_id", "happened_at"),
    "ix_signal_heard": (
        "signal", "created_at", "probability", "topic_id", "source_id", "status",
    ),
    "ix_status_change_life": (
        "status_change", "lead_id", "at", "id", "to_status", "from_status", "seconds_in_previous",
    ),
    "ix_touchpoint_of": ("touchpoint", "lead_id", "at", "kind", "by_user_id"),
}  # fmt: skip


def upgrade() -> None:
    """Bring the schema forward."""
    for table, name, kind, default in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=False))
    for statement in (_FURTHEST, _OF_LEADS, _OF_SIGNALS, _PHRASES[op.get_bind().dialect.name]):
        op.execute(statement)
    _exchange(_BEFORE, _SINCE)


def downgrade() -> None:
    """Take it back."""
    _exchange(_SINCE, _BEFORE)
    for table, name, *_ in reversed(_COLUMNS):
        op.drop_column(table, name)


def _exchange(gone: dict[str, tuple[str, ...]], made: dict[str, tuple[str, ...]]) -> None:
    for name, (table, *_) in gone.items():
        op.drop_index(name, table_name=table)
    for name, (table, *columns) in made.items():
        op.create_index(name, table, columns, unique=False)
