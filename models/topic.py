"""What marketers listen for."""

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn


class Topic(Row, table=True):
    """A topic as it was last read from its file."""

    __tablename__ = "topic"

    id: str = Field(primary_key=True, max_length=64)
    name: str
    definition: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # the file's content
    active: bool
    changed_at: datetime
