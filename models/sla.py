"""What must happen by when: clocks on leads, what was said of them, and tasks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Row
from models.columns import one_of
from models.ids import new_id
from models.words import ClockKind, EscalationStep, TaskKind

_RUNNING = "stopped_at IS NULL"


class SlaClock(Row, table=True):
    """How long a lead may stay as it is. It runs in somebody's working time, or on the wall."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        CheckConstraint("allowed_seconds >= 0", name="allowed_not_negative"),
        CheckConstraint(
            "paused_until IS NULL OR stopped_at IS NULL", name="stopped_is_not_paused"
        ),
        Index(
            "one_running_clock_a_kind",
            "lead_id",
            "kind",
            unique=True,
            sqlite_where=text(_RUNNING),
            postgresql_where=text(_RUNNING),
        ),
        Index(
            "ix_sla_clock_looked_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    kind: ClockKind = Field(sa_type=one_of(ClockKind, "kind"))
    user_id: str | None = Field(default=None, foreign_key="user_account.id")  # whose time it is
    started_at: datetime
    due_at: datetime
    allowed_seconds: float  # of working time, or of the wall clock without a user
    spent_seconds: float = 0.0  # of it, before ``runs_from``
    runs_from: datetime  # when it started, or went on after a pause
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    paused_seconds: float = 0.0  # of earlier pauses, on the wall clock
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    escalation_level: int = 0  # rungs of the ladder that were climbed
    next_at: datetime | None = None  # when to look at it again; None: never


class SlaNotice(Row, table=True):
    """What somebody is told of a clock, once, in his own working time."""

    __tablename__ = "sla_notice"
    __table_args__ = (
        UniqueConstraint("clock_id", "rung"),
        Index(
            "ix_sla_notice_waiting",
            "deliver_at",
            sqlite_where=text("deliver_at IS NOT NULL"),
            postgresql_where=text("deliver_at IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    clock_id: str = Field(foreign_key="sla_clock.id")
    rung: int  # 1 is the ladder's first
    step: EscalationStep = Field(sa_type=one_of(EscalationStep, "step"))
    to_user_id: str | None = Field(default=None, foreign_key="user_account.id")
    due_at: datetime  # when the rung was reached
    deliver_at: datetime | None = None  # None: it was delivered, or there is no point any more
    delivered_at: datetime | None = None


class Task(Row, table=True):
    """Something that somebody has to do for a lead."""

    __tablename__ = "task"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    kind: TaskKind = Field(sa_type=one_of(TaskKind, "kind"))
    what: str  # in words
    user_id: str | None = Field(default=None, foreign_key="user_account.id", index=True)
    due_at: datetime
    mandatory: bool = False  # it can be done or handed back with its lead, never deleted
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None  # a user's id, or "harken"
