"""What a process that makes reports is told and says: JSON in which every cell keeps its type."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, get_type_hints

from pydantic import JsonValue, TypeAdapter

from config import Config
from service.reports.asked import Asked
from service.reports.document import Cell, Column, Report, Table
from service.reports.making import Wanted
from service.rules.money import Money
from service.rules.period import Period

_MICROSECOND = timedelta(microseconds=1)


def wanted_in_frame(wanted: Wanted) -> bytes:
    """Return a wish as a frame, without the configuration: each process reads that itself."""
    asked = {
        name: adapter.dump_python(getattr(wanted.asked, name), mode="json")
        for name, adapter in _asked_by_field().items()
    }
    return _frame({"name": wanted.name, "campaign": wanted.campaign, "asked": asked})


def wanted_of(frame: bytes, config: Config) -> Wanted:
    """Return the wish of a frame, of a house that is configured so."""
    said = json.loads(frame)
    asked = {
        name: adapter.validate_python(said["asked"][name])
        for name, adapter in _asked_by_field().items()
    }
    return Wanted(
        name=said["name"], campaign=said["campaign"], asked=Asked(config=config, **asked)
    )


def report_in_frame(report: Report) -> bytes:
    """Return a report as a frame."""
    tables: list[JsonValue] = [
        {
            "name": table.name,
            "title": table.title,
            "columns": [[one.name, one.heading, one.is_share] for one in table.columns],
            "rows": [[_packed(cell) for cell in row] for row in table.rows],
        }
        for table in report.tables
    ]
    period = _PERIOD.dump_python(report.period, mode="json")
    return _frame(
        {"name": report.name, "period": period, "tables": tables, "notes": list(report.notes)}
    )


def report_of_frame(frame: bytes) -> Report:
    """Return the report of a frame."""
    said = json.loads(frame)
    return Report(
        name=said["name"],
        period=_PERIOD.validate_python(said["period"]),
        tables=tuple(
            Table(
                name=table["name"],
                title=table["title"],
                columns=tuple(
                    Column(name=name, heading=heading, is_share=is_share)
                    for name, heading, is_share in table["columns"]
                ),
                rows=[tuple(map(_unpacked, row)) for row in table["rows"]],
            )
            for table in said["tables"]
        ),
        notes=tuple(said["notes"]),
    )


_PERIOD: TypeAdapter[Period | None] = TypeAdapter(Period | None)


@cache
def _asked_by_field() -> Mapping[str, TypeAdapter[Any]]:
    hints = get_type_hints(Asked)
    return {
        one.name: TypeAdapter(hints[one.name]) for one in fields(Asked) if one.name != "config"
    }


def _frame(said: Mapping[str, JsonValue]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _packed(cell: Cell) -> JsonValue:
    match cell:
        case Money():
            return {"minor": cell.minor, "currency": cell.currency}
        case timedelta():
            return {"microseconds": cell // _MICROSECOND}
        case datetime():
            return {"moment": cell.isoformat()}
        case date():
            return {"day": cell.isoformat()}
        case _:
            return cell


def _unpacked(cell: JsonValue) -> Cell:
    match cell:
        case {"minor": int(minor), "currency": str(currency)}:
            return Money(minor=minor, currency=currency)
        case {"microseconds": int(count)}:
            return count * _MICROSECOND
        case {"moment": str(said)}:
            return datetime.fromisoformat(said)
        case {"day": str(said)}:
            return date.fromisoformat(said)
        case None | str() | int() | float():
            return cell
        case _:
            raise ValueError(f"no cell of a report: {cell!r}")
