"""What somebody should look at, until it is no longer so."""

from datetime import date, datetime

from sqlalchemy import Date, Index, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.digest_words import AttentionKind
from models.ids import new_id

_OPEN = "resolved_at IS NULL"


class AttentionItem(Row, table=True):
    """Something that is the matter: one row for as long as it is so, however often it is seen.

    Nobody closes it by hand: it resolves when it is looked for and not found any more.
    """

    __tablename__ = "attention_item"
    __table_args__ = (
        Index(
            "one_open_item_a_matter",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: AttentionKind = Field(sa_type=one_of(AttentionKind, "kind"))
    subject: str = Field(max_length=600)  # "source:talk", "clock:0190..."
    words: str  # what is the matter, and what to do; no buyer's words in it
    path: str | None = None  # of the page on which something can be done
    for_roles: list[str] = Field(sa_type=JSONColumn)  # who can act: models.words.UserRole
    for_users: list[str] = Field(sa_type=JSONColumn)  # and these, by id
    opened_at: datetime
    seen_at: datetime
    resolved_at: datetime | None = None


class AttentionShown(Row, table=True):
    """Somebody was told of an item on a day of his own calendar: once is enough."""

    __tablename__ = "attention_shown"

    item_id: str = Field(
        primary_key=True, foreign_key="attention_item.id", ondelete="CASCADE", max_length=36
    )
    user_id: str = Field(
        primary_key=True, foreign_key="user_account.id", ondelete="CASCADE", max_length=36
    )
    local_date: date = Field(primary_key=True, sa_type=Date)
    run_id: str = Field(foreign_key="digest_run.id", ondelete="CASCADE", index=True, max_length=36)
