"""A lead with all that belongs to it, as one JSON object: nothing is lost on the way out and back.

The object is made of the rows themselves, column by column, so that a column that comes later is
in it by itself. Only what is called otherwise in another installation is told by its name: users
by their handles, sources by their slugs. What is left out is derived (scores' ledgers, shadows) or
about sending (digests, deliveries, notices), and merges: a merged lead says where it went.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Literal, cast

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, create_model

from models.base import Row
from models.contact import Inquiry, Person, PersonAuthor
from models.lead import Lead, Offer, StatusChange, Touchpoint
from models.merge import Bant, Result
from models.nurture import Draft, Enrolment
from models.post import Author, Post, Thread
from models.signal import CrossPost, Signal
from models.sla import SlaClock, Task
from models.words import SourceKind

#: Another number when the same object would mean something else.
FORMAT: Final = "harken.lead/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table that has rows of a lead."""

    name: str  # in the object
    row: type[Row]
    by_lead: bool = False  # its rows name the lead themselves


#: In the order in which they can be written: what is referred to comes first.
BEFORE: Final = (
    Part(name="persons", row=Person),
    Part(name="authors", row=Author),
    Part(name="handles", row=PersonAuthor),
    Part(name="threads", row=Thread),
    Part(name="posts", row=Post),
    Part(name="signals", row=Signal),
)
AFTER: Final = (
    Part(name="also_posted", row=CrossPost),
    Part(name="inquiries", row=Inquiry),
    Part(name="history", row=StatusChange, by_lead=True),
    Part(name="offers", row=Offer, by_lead=True),
    Part(name="touchpoints", row=Touchpoint, by_lead=True),
    Part(name="results", row=Result, by_lead=True),
    Part(name="bant", row=Bant, by_lead=True),
    Part(name="tasks", row=Task, by_lead=True),
    Part(name="clocks", row=SlaClock, by_lead=True),
    Part(name="enrolments", row=Enrolment, by_lead=True),
    Part(name="drafts", row=Draft, by_lead=True),
)
PARTS: Final = (*BEFORE, *AFTER)

#: Columns that hold a user's id, or "harken" or "anybody" in words: no key says so.
_ACTORS = frozenset({"actor", "by", "done_by", "answered_by"})
_USERS, _SOURCES = "user_account.id", "source.id"


class _Shape(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


class PlaceRecord(_Shape):
    """A source that a record names: those which nothing polls are made where they are missing."""

    slug: str = Field(max_length=64)
    kind: SourceKind
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What is called otherwise elsewhere: ids by name, and names by id."""

    users: Mapping[str, str]
    sources: Mapping[str, str]

    def turned(self) -> "Names":
        """Return the same the other way round."""
        return Names(
            users={name: key for key, name in self.users.items()},
            sources={name: key for key, name in self.sources.items()},
        )


class UnknownNameError(ValueError):
    """A record names somebody or something that is not here."""


def as_record(row: Row, names: Names) -> dict[str, JsonValue]:
    """Return the columns of a row as they stand in JSON; ``names`` by id."""
    values = {column.key: getattr(row, column.key) for column in columns_of(type(row))}
    told = _renamed(type(row), values, names, mark=True)
    shaped = shape_of(type(row)).model_construct(**told)
    stored = cast("dict[str, JsonValue]", shaped.model_dump(mode="json"))
    return {name: _in_order(value) for name, value in stored.items()}


def as_row(kind: type[Row], record: BaseModel, names: Names) -> Row:
    """Return a row of what a record says, in no session yet; ``names`` by name.

    Raises:
        UnknownNameError: it names a user or a source that is not here.
    """
    return kind(**_renamed(kind, record.model_dump(), names, mark=False))


@cache
def record_shape() -> type[BaseModel]:
    """Return the shape of a whole record."""
    fields: dict[str, Any] = {  # what create_model takes
        "format": (Literal["harken.lead/1"], ...),
        "lead": (shape_of(Lead), ...),
        "sources": (list[PlaceRecord], ...),
    }
    fields |= {part.name: (list[shape_of(part.row)], ...) for part in PARTS}  # type: ignore[misc]  # made at run time
    return create_model("LeadRecord", __base__=_Shape, **fields)


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema (2020-12) of a line of the export."""
    found: dict[str, JsonValue] = record_shape().model_json_schema(mode="validation")
    head: dict[str, JsonValue] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "description": "A lead with all that belongs to it: a line of `harken leads export`.",
    }
    return head | {name: part for name, part in found.items() if name not in head}


@cache
def shape_of(kind: type[Row]) -> type[BaseModel]:
    """Return the shape of a row's record, column by column."""
    fields: dict[str, Any] = {}  # what create_model takes
    for column in columns_of(kind):
        given = _python_type(column)
        fields[column.key] = (given | None, ...) if column.nullable else (given, ...)
    return create_model(f"{kind.__name__}Row", __base__=_Shape, **fields)


@cache
def columns_of(kind: type[Row]) -> tuple[sa.Column[Any], ...]:
    """Return the columns of a row's table, in its order."""
    table: sa.Table = sa.inspect(kind).local_table
    return tuple(table.columns)


def _in_order(value: JsonValue) -> JsonValue:
    """Return a value with its keys sorted: PostgreSQL gives them back in an order of its own."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(one) for one in value] if isinstance(value, list) else value


def _python_type(column: sa.Column[Any]) -> Any:  # a type or an annotated one
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class
    if isinstance(kind, sa.JSON):
        return JsonValue
    plain = kind.python_type
    if issubclass(plain, date) and hasattr(plain, "hour"):
        return AwareDatetime
    if plain is str and isinstance(kind, sa.String) and kind.length:
        return Annotated[str, Field(max_length=kind.length)]
    return plain


def _renamed(
    kind: type[Row], values: Mapping[str, object], names: Names, *, mark: bool
) -> dict[str, Any]:  # what the columns hold
    """Return values with users and sources by their other name."""
    told = dict(values)
    for column in columns_of(kind):
        value = values[column.key]
        if not isinstance(value, str):
            continue
        keys = {key.target_fullname for key in column.foreign_keys}
        if _USERS in keys:
            told[column.key] = _other(value, names.users, "user")
        elif _SOURCES in keys:
            told[column.key] = _other(value, names.sources, "source")
        elif column.key in _ACTORS:
            told[column.key] = _actor(value, names.users, mark=mark)
    return told


def _other(value: str, names: Mapping[str, str], what: str) -> str:
    if value not in names:
        raise UnknownNameError(f"there is no {what} {value!r} here; add it to the files first")
    return names[value]


def _actor(value: str, users: Mapping[str, str], *, mark: bool) -> str:
    """Return who did it: a user is marked by an @, since there are words like "harken" too."""
    if mark:
        return f"@{users[value]}" if value in users else value
    return _other(value[1:], users, "user") if value.startswith("@") else value
