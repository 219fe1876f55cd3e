"""Column types that all tables share."""

from enum import StrEnum

from sqlalchemy import JSON, Enum
from sqlalchemy.dialects.postgresql import JSONB

#: JSON text on SQLite, JSONB on PostgreSQL.
JSONColumn = JSON().with_variant(JSONB(), "postgresql")


def one_of(words: type[StrEnum], column: str) -> Enum:
    """Return a text type that admits the stored values of ``words`` and nothing else.

    ``column`` names the check.
    A CHECK on both databases; no native enum type, which PostgreSQL could not shrink.
    """
    return Enum(
        words,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=column,
        values_callable=lambda enum: [member.value for member in enum],
    )
