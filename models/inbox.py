"""What a person keeps of the inbox: views by name, and what was last done, to take it back."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn
from models.ids import new_id


class SavedView(Row, table=True):
    """A way to look at the inbox that somebody gave a name."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("name <> ''", name="name_is_said"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE")
    name: str = Field(max_length=60)
    query: str  # of the inbox's address, as the page itself writes it
    created_at: datetime


class TriageAct(Row, table=True):
    """Something that somebody did with a lead by hand, with what it takes to undo it.

    Kept for a day; it can be undone for ten minutes, and only while nobody else has been there.
    """

    __tablename__ = "triage_act"
    __table_args__ = (Index("ix_triage_act_of", "user_id", "at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    batch_id: str = Field(max_length=36)  # acts of one press of a button are undone together
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE")
    lead_id: str = Field(foreign_key="lead.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=32)  # service.leads.undoing.Kind
    at: datetime
    rev_after: int  # the lead's; another one says that somebody else has been there
    before: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # ids, codes and times only
    undone_at: datetime | None = None
