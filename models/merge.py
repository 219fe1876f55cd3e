"""What is done to a lead as a whole: merged into another, qualified, and with what result."""

from datetime import date, datetime

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, Date, Index, Text, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn
from models.ids import new_id


class MergeRecord(Row, table=True):
    """Two leads became one, and how to make two of it again."""

    __tablename__ = "merge_record"
    __table_args__ = (
        Index(
            "one_standing_merge_a_loser",
            "loser_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    survivor_id: str = Field(foreign_key="lead.id", index=True)
    loser_id: str = Field(foreign_key="lead.id")
    loser: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # its row as it was
    moved: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # ids of rows that went over, by table
    changed: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # survivor's: name -> [old, new]
    at: datetime
    by: str  # a user's id, or "harken"
    undo_until: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None


class Bant(Row, table=True):
    """How far a lead is qualified, 0 to 2 each, as a person sees it."""

    __tablename__ = "bant"
    __table_args__ = tuple(
        CheckConstraint(f"{name} BETWEEN 0 AND 2", name=f"{name}_of_two")
        for name in ("budget", "authority", "need", "timeline")
    )

    lead_id: str = Field(
        primary_key=True, foreign_key="lead.id", ondelete="CASCADE", max_length=36
    )
    budget: int
    authority: int
    need: int
    timeline: int
    by: str  # a user's id
    at: datetime

    @property
    def total(self) -> int:
        """Return the sum, 0..8."""
        return self.budget + self.authority + self.need + self.timeline


class Result(Row, table=True):
    """What came of a lead when somebody gave it back or closed it: the processing confirmation."""

    __tablename__ = "result"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", index=True)
    offer_id: str | None = Field(default=None, foreign_key="offer.id")
    event: str  # models.moves.LeadEvent: which list the code is of
    code: str
    note: str = Field(default="", sa_type=Text)
    product: str | None = None  # what was bought
    until: date | None = Field(default=None, sa_type=Date)  # when to look at it again
    by: str  # a user's id, or "harken"
    at: datetime
