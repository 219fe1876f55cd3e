"""Tables as spreadsheets write them: CSV, whatever stands between its cells.

A quote that isn't closed would make one cell of all rows behind it. So it costs its own row, and
the lines that it took with it are read once more, each alone; one that has not as many cells as
there are headings may be a piece of the open cell, and is told of.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import IO

from crawlers.exports.export import (
    Entry,
    Noted,
    NotThisFormat,
    Skipped,
    field_of,
    post_of_fields,
)
from crawlers.exports.lines import LONGEST_LINE, Line, lines
from crawlers.times import Order, readings

MOST_COLUMNS = 200
#: Of one cell: what ``csv`` allows unless it is told otherwise. Twice the longest text.
LONGEST_CELL = 131_072

_DELIMITERS = ",;\t|"
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
#: How far it is looked whether day or month comes first; what is held for that, in characters.
_LOOKED_AT_ROWS, _LOOKED_AT = 2_000, 2 * 2**20
_DOTTED = re.compile(r"[0-9]\.\s?[0-9]{1,2}\.")
_READ_SO: dict[Order, str] = {
    "day": "the day first: 03/04 is 3 April",
    "month": "the month first: 03/04 is March 4",
}
_NOT_CLOSED = "a quote isn't closed"


@dataclass(frozen=True, slots=True)
class _Row:
    line: int  # where it begins
    cells: Sequence[str]


def read_csv(stream: IO[bytes], *, now: datetime) -> Iterator[Entry]:
    """Yield the posts of a table: comma, semicolon, tab or bar between its cells.

    Day and month of its dates are read in one order, which its first rows settle.

    Raises:
        NotThisFormat: its first line names no column that holds text or a title.
    """
    feed = _Feed(lines(stream))
    first = next(feed, "")
    if sep := _SEP.fullmatch(first):  # Excel's own hint
        first = next(feed, "")
    delimiter = sep[1] if sep else _delimiter(first)
    columns = _columns(next(csv.reader([first], delimiter=delimiter), []))
    rows = _rows(feed, delimiter, width=len(columns))
    order: Order | None = None
    if "published" in columns:
        beginning = _beginning(rows)
        dates = [
            _fields(row.cells, columns).get("published", "")
            for row in beginning
            if isinstance(row, _Row)
        ]
        order, doubt = _order(dates)
        if doubt:
            yield Noted(where=f"column {columns.index('published') + 1}", what=doubt)
        rows = chain(beginning, rows)
    for row in rows:
        if isinstance(row, Skipped):
            yield row
        elif any(row.cells):
            yield _row_post(row, columns, now, order)


class _TooLong(csv.Error):
    """A row goes on and on."""


class _Feed:
    """The lines of a CSV file for its reader; overlong ones are left out."""

    def __init__(self, read: Iterator[Line]) -> None:
        self._read = read
        self._again: tuple[int, str] | None = None
        self._too_long: list[int] = []
        self._size = 0
        self.held: list[tuple[int, str]] = []  # what was read of a row, with its numbers

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        number, text = self._again or self._fresh()
        self._again = None
        self.held.append((number, text))
        self._size += len(text)
        if self._size > LONGEST_LINE and len(self.held) > 1:
            raise _TooLong
        return text

    def begin_row(self) -> None:
        self.held, self._size = [], 0

    def give_back(self, line: tuple[int, str]) -> None:
        """Let a line be the next one once more."""
        self._again = line

    def too_long(self) -> list[int]:
        told, self._too_long = self._too_long, []
        return told

    def _fresh(self) -> tuple[int, str]:
        for line in self._read:
            if line.text is not None:
                return line.number, line.text.replace("\0", "")
            self._too_long.append(line.number)
        raise StopIteration


def _rows(feed: _Feed, delimiter: str, *, width: int) -> Iterator[_Row | Skipped]:
    """Yield the rows behind the headings, of which there are ``width``, and what is none."""
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    unsure = 0  # the last line that an open quote took with it
    while True:
        feed.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            (number, text), *others = feed.held
            if others:
                yield Skipped(where=f"line {number}", why=_said(error))
                *between, last = others
                for line, words in between:
                    yield from _sure(_alone(line, words, delimiter), width)
                feed.give_back(last)  # its quote may open a cell of several lines
                unsure = last[0]
            else:
                row = _alone(number, text, delimiter)
                yield from _sure(row, width) if number <= unsure else [row]
                if isinstance(row, Skipped) and row.why == _NOT_CLOSED:
                    unsure = number + 1  # where its cell may go on
        else:
            row = _Row(feed.held[0][0], cells)
            yield from _sure(row, width) if row.line <= unsure else [row]
        for overlong in feed.too_long():
            yield Skipped(where=f"line {overlong}", why="it is longer than 2 MiB")
    for overlong in feed.too_long():
        yield Skipped(where=f"line {overlong}", why="it is longer than 2 MiB")


def _alone(number: int, text: str, delimiter: str) -> _Row | Skipped:
    """Return the row that a line is by itself, be its quotes as odd as they like."""
    source = iter([text, ""])
    try:
        cells = next(csv.reader(source, delimiter=delimiter), [])
    except csv.Error as error:
        return Skipped(where=f"line {number}", why=_said(error))
    if next(source, None) is None:  # it asked for another line
        return Skipped(where=f"line {number}", why=_NOT_CLOSED)
    return _Row(number, cells)


def _sure(row: _Row | Skipped, width: int) -> Iterator[_Row | Skipped]:
    """Yield a row from behind an open quote if it is a whole one, and not a piece of the cell."""
    if isinstance(row, Skipped) or (len(row.cells) == width > 1):
        yield row
    elif any(row.cells):
        why = "it stands behind a quote that isn't closed, and may be no row"
        yield Skipped(where=f"line {row.line}", why=why)


def _beginning(rows: Iterator[_Row | Skipped]) -> list[_Row | Skipped]:
    beginning: list[_Row | Skipped] = []
    size = 0
    for row in rows:
        beginning.append(row)
        size += sum(map(len, row.cells)) if isinstance(row, _Row) else 0
        if len(beginning) == _LOOKED_AT_ROWS or size > _LOOKED_AT:
            break
    return beginning


def _order(dates: Sequence[str]) -> tuple[Order | None, str]:
    """Return the order of day and month in the dates of a column, and what is in doubt of it."""
    settled: Counter[Order] = Counter()
    either: list[tuple[str, Order]] = []
    for date in dates:
        match readings(date):
            case (only,):
                settled[only] += 1
            case (likelier, _):
                either.append((date, likelier))
    if not settled:
        if not either:
            return None, ""
        likely: Order = "month" if any(order == "month" for _, order in either) else "day"
        if all(_DOTTED.search(date) for date, _ in either):
            return likely, ""  # nobody writes 3.4. for the 4th of March
        return likely, f"its dates don't tell day from month; read with {_READ_SO[likely]}"
    (order, _), *others = settled.most_common()
    if either and others:
        return order, f"its dates stand in both orders; if in doubt, {_READ_SO[order]}"
    return order, ""


def _fields(row: Sequence[str], columns: Sequence[str | None]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for field, cell in zip(columns, row, strict=False):  # a short row lacks its last cells
        if field is not None and cell and field not in fields:
            fields[field] = cell
    return fields


def _row_post(
    row: _Row, columns: Sequence[str | None], now: datetime, order: Order | None
) -> Entry:
    cells, where = row.cells, f"line {row.line}"
    if len(cells) > MOST_COLUMNS:
        why = f"it has more than {MOST_COLUMNS} cells"
        return Skipped(where=f"{where}, column {MOST_COLUMNS + 1}", why=why)
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        why = f"it has {len(cells)} cells, but the first line has {len(columns)}"
        return Skipped(where=f"{where}, column {len(columns) + 1}", why=why)
    try:
        return post_of_fields(_fields(cells, columns), now=now, order=order)
    except NotThisFormat as error:
        return Skipped(where=where, why=error.detail)


def _delimiter(heading: str) -> str:
    """Return what stands between the cells: what makes most of the headings known ones."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([heading[:10_000]], delimiter=delimiter), [])
        return sum(field_of(cell) is not None for cell in cells), len(cells)

    return max(_DELIMITERS, key=known)


def _columns(headings: Sequence[str]) -> list[str | None]:
    columns = [field_of(heading) for heading in headings[:MOST_COLUMNS]]
    if not {"text", "title"} & set(columns):
        named = ", ".join(repr(heading[:30]) for heading in headings[:8]) or "nothing"
        raise NotThisFormat(
            f"its first line has to name the columns, one of them text or title; it has {named}"
        )
    return columns


def _said(error: csv.Error) -> str:
    if isinstance(error, _TooLong):
        return f"it is longer than 2 MiB, or {_NOT_CLOSED}"
    said = str(error)
    if "field larger" in said:
        return f"a cell is longer than {LONGEST_CELL:,} characters, or {_NOT_CLOSED}"
    return "its quotes make no sense" if "new-line" in said else _NOT_CLOSED
