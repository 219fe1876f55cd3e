"""A report as it leaves: tables of typed cells, as JSON, as CSV, or as text for a person."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pydantic import JsonValue

from config.money import minor_digits
from service.exports.cells import safe_cell
from service.rules.money import Money
from service.rules.period import Period

Cell = str | int | float | Money | timedelta | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One figure, for all rows."""

    name: str  # in JSON and CSV; ends with its unit where it has one
    heading: str  # for a person
    is_share: bool = False  # 0..1, shown in percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]

    def records(self) -> list[dict[str, JsonValue]]:
        """Return the rows as they are printed in JSON."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in self.rows]

    def lines(self) -> list[list[str]]:
        """Return the rows as a person reads them."""
        return [
            [in_words(cell, column) for cell, column in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]

    def as_csv(self) -> str:
        """Return the table as CSV (RFC 4180); no cell of it can be taken for a formula."""
        written = io.StringIO()
        sheet = csv.writer(written)
        sheet.writerow([column.name for column in self.columns])
        sheet.writerows([_safe(cell) for cell in row] for row in self.rows)
        return written.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody asked for."""

    name: str
    period: Period | None  # None: of the present moment
    tables: tuple[Table, ...]  # the one that --csv writes first
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, JsonValue]:
        """Return the document that `harken report --json` prints."""
        about: dict[str, JsonValue] = {"report": self.name}
        if self.period is not None:
            about |= {
                "from": self.period.first.isoformat(),
                "to": self.period.until.isoformat(),
                "zone": self.period.zone.key,
            }
        tables: Mapping[str, JsonValue] = {
            table.name: list[JsonValue](table.records()) for table in self.tables
        }
        return about | {"tables": dict(tables), "notes": list(self.notes)}


def columns(*described: str) -> tuple[Column, ...]:
    """Return columns from "name: heading"; a heading that ends with % is that of a share."""
    split = (one.partition(": ") for one in described)
    return tuple(
        Column(name=name, heading=heading, is_share=heading.endswith("%"))
        for name, _, heading in split
    )


def _plain(cell: Cell) -> JsonValue:
    if isinstance(cell, Money):
        return {"minor": cell.minor, "currency": cell.currency, "amount": _amount(cell)}
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return cell.isoformat() if isinstance(cell, date) else cell


def in_words(cell: Cell, column: Column) -> str:
    """Return a cell as a person reads it; nothing for none."""
    match cell:
        case None:
            return ""
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:.1%}" if column.is_share else f"{cell:,.2f}"
        case timedelta():
            return lasting(cell)
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case _:
            return str(cell)


def _safe(cell: Cell) -> str | int | float | None:
    plain = _plain(cell)
    if isinstance(cell, Money):
        return _amount(cell)
    if isinstance(plain, str):
        return safe_cell(plain)
    return plain if isinstance(plain, int | float) else None


def _amount(money: Money) -> str:
    digits = minor_digits(money.currency)
    return f"{Decimal(money.minor).scaleb(-digits):.{digits}f}"


def lasting(span: timedelta) -> str:
    """Return a length of time in its two largest units: "3 d 4 h", "45 min"."""
    minutes = round(span.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
