"""What the files of the configuration said, one row a version."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base import Row
from models.ids import new_id


class FileVersion(Row, table=True):
    """A file of the configuration as it was from ``at`` on. Never changed, only added."""

    __tablename__ = "file_version"
    __table_args__ = (
        CheckConstraint("(text IS NULL) = (digest IS NULL)", name="digest_of_text"),
        Index("ix_file_version_file", "file", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    file: str = Field(max_length=128)  # "teams.toml", "topics/crm.toml"
    digest: str | None = Field(default=None, max_length=64)  # SHA-256 of the text; None: removed
    text: str | None = None
    at: datetime
    by: str | None = Field(default=None, foreign_key="user_account.id")  # None: outside the page
    note: str | None = None
