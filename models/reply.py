"""What our people mean to answer in a conversation. Written here, posted by hand, or never."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text, text
from sqlmodel import Field

from models.base import Row
from models.ids import new_id

_OPEN = "posted_at IS NULL"


class ReplyDraft(Row, table=True):
    """An answer that somebody words for a lead; kept so that the same text is seen twice.

    Nothing sends it: `posted_at` is what a person says they did.
    """

    __tablename__ = "reply_draft"
    __table_args__ = (
        Index(
            "one_open_draft_a_writer",
            "lead_id",
            "user_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_reply_draft_saved_at", "saved_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", ondelete="CASCADE", index=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", max_length=36)
    text: str = Field(sa_type=Text)
    signature: bytes = Field(sa_type=LargeBinary)  # nlp.near, to find the same text again
    saved_at: datetime
    posted_at: datetime | None = None
