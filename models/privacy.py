"""What people who are heard are told and ask: notices to them, and what they want of us."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from models.base import Row
from models.columns import one_of
from models.ids import new_id
from models.privacy_words import AskedFor, NoticeWay, RequestEnd

_OPEN = "closed_at IS NULL"


class Notice(Row, table=True):
    """Somebody was told that we have words of theirs, where from, and what they may ask.

    GDPR, Art. 14. Of all handles that are known to be a person's each has a row of its own.
    """

    __tablename__ = "notice"

    author_id: str = Field(
        primary_key=True, foreign_key="author.id", ondelete="CASCADE", max_length=36
    )
    lead_id: str | None = Field(
        default=None, foreign_key="lead.id", ondelete="CASCADE", index=True, max_length=36
    )
    way: NoticeWay = Field(sa_type=one_of(NoticeWay, "way"))
    at: datetime
    by: str  # a user's id, or "harken"


class PrivacyRequest(Row, table=True):
    """What somebody asks on the page for those who are heard; a person answers it.

    Whatever says who they are goes when it is answered: what stays is what was asked, when, and
    what came of it.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        Index(
            "ix_privacy_request_open",
            "due_at",
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    asked_for: AskedFor = Field(sa_type=one_of(AskedFor, "asked_for"))
    handle: str
    place: str  # where the handle is used, as they wrote it
    contact: str  # where they want the answer
    message: str = Field(sa_type=Text)
    at: datetime = Field(index=True)
    due_at: datetime  # a month later: Art. 12(3)
    closed_at: datetime | None = None
    ended: RequestEnd | None = Field(default=None, sa_type=one_of(RequestEnd, "ended"))
    closed_by: str | None = Field(default=None, max_length=36)
