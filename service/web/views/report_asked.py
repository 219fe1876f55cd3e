"""What an address of a report asks for, and the addresses that ask for something else."""

from datetime import date, timedelta
from typing import Annotated, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config import Config
from service.rules.period import Period

_LONGEST = timedelta(weeks=523)  # ten years
_MOST_DAYS = 3650


def _none(typed: object) -> object:
    """Return None for what a form sends of a field that nobody filled in."""
    return None if typed == "" else typed


_Id = Annotated[Annotated[str, Field(max_length=64)] | None, BeforeValidator(_none)]
_Day = Annotated[date | None, BeforeValidator(_none)]
_Percent = Annotated[Annotated[float, Field(ge=0, le=100)] | None, BeforeValidator(_none)]
_Days = Annotated[Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None, BeforeValidator(_none)]


class ReportAsked(BaseModel):
    """A period and a part of the house."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first: Annotated[_Day, Field(alias="from")] = None
    until: Annotated[_Day, Field(alias="to")] = None  # the first day that is no more of it
    topic: _Id = None
    source: _Id = None
    team: _Id = None
    rep: _Id = None  # a handle
    standard: _Percent = None  # defects: what the house puts up with
    days: _Days = None  # neglected: with nothing done for so long
    compare: bool = False
    table: _Id = None  # of the sheet

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        first, until = self.first, self.until
        if first and until and not first < until <= first + _LONGEST:
            raise ValueError("a period ends after it begins, and within ten years")
        return self

    def query(self, **changed: object) -> str:
        """Return the address's query with some of it changed; None takes it out."""
        fields = self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | changed
        kept = {
            key: "true" if value is True else value
            for key, value in fields.items()
            if value is not None and value is not False
        }
        return f"?{urlencode(kept)}" if kept else ""


def period_of(asked: ReportAsked, usual: Period) -> Period:
    """Return the period that is asked for; where only one end is given, it has a usual length."""
    length = usual.until - usual.first
    first, until = asked.first, asked.until
    if first is None:
        first = usual.first if until is None else until - length
    if until is None:
        until = usual.until if usual.until - _LONGEST <= first < usual.until else first + length
    return Period(first=first, until=until, zone=usual.zone)


def before(period: Period) -> Period:
    """Return the period of the same length that ends where ``period`` begins."""
    length = period.until - period.first
    return Period(first=period.first - length, until=period.first, zone=period.zone)


def zone_of(config: Config) -> ZoneInfo:
    """Return where days begin: where the process's owner is, so that all see the same figures."""
    owner = config.users.get(config.process.owner)
    return ZoneInfo(owner.tz if owner else "UTC")


def spans(usual: Period) -> tuple[tuple[str, Period], ...]:
    """Return periods that people often ask for, with their names."""
    today = usual.until - timedelta(days=1)
    month = today.replace(day=1)
    last = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)

    def since(first: date, until: date = usual.until) -> Period:
        return Period(first=first, until=until, zone=usual.zone)

    return (
        ("12 weeks", usual),
        ("4 weeks", since(usual.first + timedelta(weeks=8))),
        ("This month", since(month)),
        ("Last month", since(last, month)),
        ("This quarter", since(quarter)),
        ("12 months", since(_a_year_before(usual.until))),
    )


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
