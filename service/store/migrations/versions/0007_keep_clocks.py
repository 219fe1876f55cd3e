"""Keep clocks: SLA clocks, tasks, absence and eligibility of reps.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from models.columns import JSONColumn

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _of_people() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("max_per_day", sa.Integer(), nullable=True),
        sa.Column("skills", JSONColumn, server_default="[]", nullable=False),
        sa.Column("languages", JSONColumn, server_default="[]", nullable=False),
        sa.Column("regions", JSONColumn, server_default="[]", nullable=False),
        sa.Column("days_off", JSONColumn, server_default="[]", nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
    )


def _of_leads() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
    )


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


#: Index, table, columns, whether it is unique, and which rows it holds.
_SOME = (
    ("one_running_clock_a_kind", "sla_clock", ["lead_id", "kind"], True, "stopped_at IS NULL"),
    ("ix_sla_clock_looked_at", "sla_clock", ["next_at"], False, "next_at IS NOT NULL"),
    ("ix_sla_notice_waiting", "sla_notice", ["deliver_at"], False, "deliver_at IS NOT NULL"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    for column in _of_people():
        op.add_column("user_account", column)
    for column in _of_leads():
        op.add_column("lead", column)
    op.add_column("offer", sa.Column("reclaimed_at", UTCDateTime(), nullable=True))
    _create_absence()
    _create_clock()
    _create_notice()
    _create_task()
    for name, table, columns, unique, which in _SOME:
        there = sa.text(which)
        op.create_index(
            name, table, columns, unique=unique, sqlite_where=there, postgresql_where=there
        )


def _create_absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("to_at", UTCDateTime(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "to_at IS NULL OR to_at > from_at", name=op.f("ck_absence_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_user_id"), "absence", ["user_id"], unique=False)


def _create_clock() -> None:
    op.create_table(
        "sla_clock",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            _one_of("kind", "review", "route", "accept", "first_touch", "update", "next_step"),
            nullable=False,
        ),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("allowed_seconds", sa.Float(), nullable=False),
        sa.Column("spent_seconds", sa.Float(), nullable=False),
        sa.Column("runs_from", UTCDateTime(), nullable=False),
        sa.Column("paused_at", UTCDateTime(), nullable=True),
        sa.Column("paused_until", UTCDateTime(), nullable=True),
        sa.Column("paused_seconds", sa.Float(), nullable=False),
        sa.Column("stopped_at", UTCDateTime(), nullable=True),
        sa.Column("breached_at", UTCDateTime(), nullable=True),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("allowed_seconds >= 0", name=op.f("ck_sla_clock_allowed_not_negative")),
        sa.CheckConstraint(
            "paused_until IS NULL OR stopped_at IS NULL",
            name=op.f("ck_sla_clock_stopped_is_not_paused"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_sla_clock_lead_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sla_clock_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clock")),
    )
    op.create_index(op.f("ix_sla_clock_lead_id"), "sla_clock", ["lead_id"], unique=False)


def _create_notice() -> None:
    op.create_table(
        "sla_notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("clock_id", sa.String(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            _one_of("step", "reminder", "breach", "manager", "reclaim", "process_owner"),
            nullable=False,
        ),
        sa.Column("to_user_id", sa.String(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("deliver_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["sla_clock.id"], name=op.f("fk_sla_notice_clock_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_user_id"], ["user_account.id"], name=op.f("fk_sla_notice_to_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_notice")),
        sa.UniqueConstraint("clock_id", "rung", name=op.f("uq_sla_notice_clock_id_rung")),
    )


def _create_task() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            _one_of("kind", "follow_up", "reminder", "review", "nurture_step", "appointment"),
            nullable=False,
        ),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_task_lead_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_task_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_lead_id"), "task", ["lead_id"], unique=False)
    op.create_index(op.f("ix_task_user_id"), "task", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("task")
    op.drop_table("sla_notice")
    op.drop_table("sla_clock")
    op.drop_table("absence")
    op.drop_column("offer", "reclaimed_at")
    for column in reversed(_of_leads()):
        op.drop_column("lead", column.name)
    for column in reversed(_of_people()):
        op.drop_column("user_account", column.name)
