"""What all shapes share."""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from config.days import LAST, OLDEST, is_of_the_web
from config.money import check_currency
from service.typed import Line, Prose

#: Ids in examples.
A_LEAD: Final = "019a9c1e-52c0-7000-8000-0000e5658dc6"
ANOTHER: Final = "019a9c20-1d40-7000-8000-000007b1f2aa"
A_TASK: Final = "019a9c22-77e0-7000-8000-0000c0ffee01"
NOON: Final = "2026-03-02T12:00:00Z"


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC.

    Raises:
        ValueError: it is so far away that nobody means it, and no sum with it can be made.
    """
    if not is_of_the_web(moment.date()):
        raise ValueError("write a moment from 1990 up to 2200")
    return moment.astimezone(UTC)


#: A moment with its zone; kept in UTC.
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Day = Annotated[date, Field(ge=OLDEST, le=LAST)]
#: Text that people typed, cleaned before it is measured.
Words = Annotated[Prose, Field(max_length=4000)]
ShortLine = Annotated[Line, Field(min_length=1, max_length=200)]
Id = Annotated[Line, Field(min_length=1, max_length=36)]
Handle = Annotated[Line, Field(min_length=1, max_length=64)]

_ID_LOOKS = {"pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_SLUG_LOOKS = {"pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}
#: Of an address. It is told how they look; what looks otherwise is simply not there.
RowId = Annotated[str, Path(examples=[A_LEAD], json_schema_extra=_ID_LOOKS)]
SlugHere = Annotated[str, Path(examples=["crm"], json_schema_extra=_SLUG_LOOKS)]
#: Of a query: the id of a topic or the slug of a source.
Slug = Annotated[str, Field(max_length=64, json_schema_extra=_SLUG_LOOKS)]


class Given(BaseModel):
    """Something that the API gives."""

    model_config = ConfigDict(frozen=True)


class Taken(BaseModel):
    """Something that the API takes; what it doesn't know is refused, not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Given):
    """An amount in the smallest units of its currency."""

    minor: Annotated[int, Field(description="cents, yen, ...", examples=[120_000])]
    currency: Annotated[str, Field(description="ISO 4217", examples=["EUR"])]


class MoneyTaken(Taken):
    """An amount in the smallest units of its currency."""

    minor: Annotated[int, Field(ge=0, le=10**15, examples=[120_000])]
    currency: Annotated[
        str,
        AfterValidator(check_currency),
        StringConstraints(pattern=r"^[A-Z]{3}$"),
        Field(description="ISO 4217", examples=["EUR"]),
    ]
