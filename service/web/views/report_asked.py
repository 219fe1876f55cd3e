"""What an address of a report asks for, and the addresses that ask for something else."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from config import Config
from config.days import FIRST, LAST
from service.reports.asked import price_of
from service.rules.period import Period

_LONGEST = timedelta(weeks=523)  # ten years
_MOST_DAYS = 3650


def _none(typed: object) -> object:
    """Return None for what a form sends of a field that nobody filled in."""
    return None if typed == "" else typed


_Id = Annotated[Annotated[str, Field(max_length=64)] | None, BeforeValidator(_none)]
_Day = Annotated[Annotated[date, Field(ge=FIRST, le=LAST)] | None, BeforeValidator(_none)]
_Percent = Annotated[Annotated[float, Field(ge=0, le=100)] | None, BeforeValidator(_none)]
_Part = Annotated[
    Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)] | None,
    BeforeValidator(_none),
]
_Price = Annotated[Annotated[str, Field(max_length=32)] | None, BeforeValidator(_none)]
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
    buy: _Part = None  # left lying: percent of leads that buy, from whomever
    price: _Price = None  # left lying: what one buyer spends, "1250.00 EUR"
    compare: bool = False
    table: _Id = None  # of the sheet

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        first, until = self.first, self.until
        if first and until and not first < until <= first + _LONGEST:
            raise ValueError("a period ends after it begins, and within ten years")
        return self

    @field_validator("price")
    @classmethod
    def _check_price(cls, price: str | None) -> str | None:
        if price is not None:
            price_of(price)
        return price

    def query(self, **changed: object) -> str:
        """Return the address's query with some of it changed; None takes it out."""
        fields = self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | changed
        kept = {
            key: "true" if value is True else value
            for key, value in fields.items()
            if value is not None and value is not False
        }
        return f"?{urlencode(kept)}" if kept else ""


#: What is wrong with a field whose text can't be asked, by its name in the address.
_NO_DAY = f"No day from {FIRST.year} to {LAST.year}: write it like 2026-03-31."
_FAULTS: Mapping[str, str] = {
    "from": _NO_DAY,
    "to": _NO_DAY,
    "standard": "A number from 0 to 100.",
    "days": f"Whole days, from 1 to {_MOST_DAYS:,}.",
    "buy": "A number from 0 to 100, with four digits after the point at most.",
    "price": "An amount and its currency, like 1250.00 EUR.",
}
_NO_PERIOD = "This day has to come after From, and within ten years of it."
_NOTHING_KNOWN = "This can't be asked."
_FIELDS = frozenset(field.alias or name for name, field in ReportAsked.model_fields.items())


def read_asked(typed: Mapping[str, str]) -> tuple[ReportAsked, dict[str, str]]:
    """Return what an address asks for without what can't be asked, and what is wrong, by field."""
    said = {name: text for name, text in typed.items() if name in _FIELDS}
    try:
        return ReportAsked.model_validate(said), {}
    except ValidationError as error:
        fields = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
    faults = {name: _FAULTS.get(name, _NOTHING_KNOWN) for name in fields} or {"to": _NO_PERIOD}
    asked, more = read_asked({name: text for name, text in said.items() if name not in faults})
    return asked, faults | more


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
