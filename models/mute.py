"""Whom and where a topic does not listen to any more, until somebody takes it back."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn
from models.ids import new_id

_STANDS = "lifted_at IS NULL"


class Mute(Row, table=True):
    """An author, or a whole source, makes no leads for a topic. Their posts are still read.

    Weaker than a suppression, which is for people who want to be left alone: a mute is about
    noise, holds for one topic, and can be lifted.
    """

    __tablename__ = "mute"
    __table_args__ = (
        CheckConstraint("(author_id IS NULL) <> (source_id IS NULL)", name="is_of_one_thing"),
        Index(
            "one_standing_mute_an_author",
            "topic_id",
            "author_id",
            unique=True,
            sqlite_where=text(f"{_STANDS} AND author_id IS NOT NULL"),
            postgresql_where=text(f"{_STANDS} AND author_id IS NOT NULL"),
        ),
        Index(
            "one_standing_mute_a_source",
            "topic_id",
            "source_id",
            unique=True,
            sqlite_where=text(f"{_STANDS} AND source_id IS NOT NULL"),
            postgresql_where=text(f"{_STANDS} AND source_id IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    topic_id: str = Field(foreign_key="topic.id", max_length=64)
    author_id: str | None = Field(
        default=None, foreign_key="author.id", ondelete="CASCADE", index=True, max_length=36
    )
    source_id: str | None = Field(
        default=None, foreign_key="source.id", ondelete="CASCADE", max_length=36
    )
    leads: list[str] = Field(default_factory=list, sa_type=JSONColumn)  # that it closed, by id
    at: datetime
    by: str  # a user's id
    lifted_at: datetime | None = None
    lifted_by: str | None = None
