"""Hosts: how they want to be asked, shared by all processes that work on one database."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from models.base import Row


class Host(Row, table=True):
    """A host that was asked lately, or that wants to be left alone."""

    __tablename__ = "host"
    __table_args__ = (CheckConstraint("refusals >= 0", name="refusals_not_negative"),)

    name: str = Field(primary_key=True, max_length=300)  # with its port unless it's the usual
    free_at: datetime  # its next turn: nobody asks it before
    rest_until: datetime | None = None  # it refused; until then nobody asks it at all
    refusals: int = 0  # in a row
    last_reason: str | None = None  # why it rests, in words for a person


class Robots(Row, table=True):
    """What a robots.txt said when it was read."""

    __tablename__ = "robots"

    origin: str = Field(primary_key=True, max_length=300)  # "https://example.org"
    status: int
    text: str = Field(sa_type=Text)
    read_at: datetime
    keep_seconds: int  # how long it may be used without asking again
