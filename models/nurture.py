"""Leads that are not ready yet, and what a human is to pass on to them, and when."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import Row
from models.columns import one_of
from models.ids import new_id
from models.words import DraftState, EnrolmentState, NurtureChannel


class Enrolment(Row, table=True):
    """A lead is on a nurture track; on one at a time."""

    __tablename__ = "enrolment"
    __table_args__ = (
        Index(
            "one_running_track_a_lead",
            "lead_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    track: str = Field(max_length=64)  # its id in nurture.toml
    started_at: datetime
    zone: str  # IANA name: whose days are counted
    state: EnrolmentState = Field(
        default=EnrolmentState.RUNNING, sa_type=one_of(EnrolmentState, "state")
    )
    ended_at: datetime | None = None
    ended_because: str | None = None  # reply, closed, objection, moved_on, by_hand
    by: str  # a user's id, or "harken"


class Draft(Row, table=True):
    """A step of a track for one lead. A human words and sends it, or skips it."""

    __tablename__ = "nurture_draft"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step"),
        Index("nurture_due", "state", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    step: int  # from 1, as in the file
    due_at: datetime
    channel: NurtureChannel = Field(sa_type=one_of(NurtureChannel, "channel"))
    title: str
    points: str = Field(default="", sa_type=Text)  # what to say, for the human
    content_id: str | None = Field(default=None, max_length=64)  # its id in content.toml
    state: DraftState = Field(default=DraftState.PLANNED, sa_type=one_of(DraftState, "state"))
    task_id: str | None = Field(default=None, foreign_key="task.id")
    answered_at: datetime | None = None
    answered_by: str | None = None
