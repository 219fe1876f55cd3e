"""What people brought in files, row by row, so that the whole of it can be taken back."""

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import BatchKind


class ImportBatch(Row, table=True):
    """A file that somebody brought."""

    __tablename__ = "import_batch"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: BatchKind = Field(sa_type=one_of(BatchKind, "kind"))
    file: str = Field(max_length=200)  # its name, without folders
    by: str = Field(foreign_key="user_account.id")
    at: datetime = Field(index=True)
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, foreign_key="user_account.id")


class ImportedRow(Row, table=True):
    """A row of it that made something. What it made may be gone by now, so no key holds it."""

    __tablename__ = "import_row"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    batch_id: str = Field(
        foreign_key="import_batch.id", ondelete="CASCADE", index=True, max_length=36
    )
    place: int  # the line of the file, or the row of the sheet, from 1
    fingerprint: str = Field(index=True, max_length=64)  # of what it says: once is enough
    lead_id: str | None = Field(default=None, index=True, max_length=36)
    person_id: str | None = Field(default=None, max_length=36)
    #: Ids of the rows that it made beside the lead and what hangs on it, by table.
    made: dict[str, JsonValue] = Field(sa_type=JSONColumn)
    seq: int  # the newest audit event then: what comes later touched it
    undone_at: datetime | None = None
