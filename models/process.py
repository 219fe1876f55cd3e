"""Who agreed to the process, word for word."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import Half


class ProcessSignature(Row, table=True):
    """Somebody agreed, for a half of the house, to what process.toml said then.

    It holds for that content only: what is written there later needs new signatures.
    """

    __tablename__ = "process_signature"
    __table_args__ = (UniqueConstraint("digest", "half"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    digest: str = Field(max_length=64)  # of the content: see config.process.digest_of
    version: str  # what the file called it
    half: Half = Field(sa_type=one_of(Half, "half"))
    user_id: str = Field(foreign_key="user_account.id")
    at: datetime = Field(index=True)
    content: dict[str, JsonValue] = Field(sa_type=JSONColumn)  # by dotted key, what was agreed
