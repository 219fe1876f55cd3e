"""Rows of a spreadsheet that somebody brings: CSV in any usual form, or XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from service.errors import RefusedError
from service.exports.cells import Delimiter, plain_cell

LARGEST = 20 * 2**20  # bytes of the file
MOST_ROWS = 100_000
_MOST_COLUMNS = 200
_LONGEST_CELL = 20_000  # characters
_UNPACKED = 300 * 2**20  # bytes that an XLSX may have inside
_DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t")
_ENCODINGS = ("utf-8-sig", "cp1252")  # what Excel calls CSV is in the machine's own


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row below the headings."""

    number: int  # as a spreadsheet counts: the headings are row 1
    cells: tuple[str, ...]  # as many as there are headings


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet's first sheet, as text."""

    headings: tuple[str, ...]
    rows: Sequence[SheetRow]


def read_sheet(path: Path) -> Sheet:
    """Return the first sheet of a file, without its empty rows.

    Raises:
        RefusedError: it is neither CSV nor XLSX, too large, or has no headings.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise RefusedError(f"{path.name} can't be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise RefusedError(f"{path.name} is larger than 20 MiB; cut it in two")
    return sheet_of(content, path.name)


def sheet_of(content: bytes, name: str) -> Sheet:
    """Return the first sheet of what a file called ``name`` holds, without its empty rows.

    Raises:
        RefusedError: it is neither CSV nor XLSX, or has no headings.
    """
    is_packed = content.startswith(b"PK\x03\x04")
    return _sheet(_xlsx(content, name) if is_packed else _csv(content, name), name)


def _sheet(lines: Iterator[tuple[int, list[str]]], name: str) -> Sheet:
    first = next(lines, None)
    if first is None or not any(cell.strip() for cell in first[1]):
        raise RefusedError(f"{name} has no headings in its first row; put names over the columns")
    headings = tuple(" ".join(cell.split())[:100] for cell in first[1])
    if len(headings) > _MOST_COLUMNS:
        raise RefusedError(
            f"{name} has more than {_MOST_COLUMNS} columns; leave out what is empty"
        )
    rows: list[SheetRow] = []
    for number, cells in lines:
        if len(rows) >= MOST_ROWS:
            raise RefusedError(f"{name} has more than {MOST_ROWS:,} rows; cut it in two")
        if any(cell.strip() for cell in cells):
            filled = [*cells, *[""] * (len(headings) - len(cells))][: len(headings)]
            rows.append(SheetRow(number, tuple(cell.strip()[:_LONGEST_CELL] for cell in filled)))
    return Sheet(headings, rows)


def _csv(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content, name)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, 1):
            yield number, [plain_cell(cell, delimiter=delimiter) for cell in row]
    except csv.Error as error:
        message = f"{name}:{reader.line_num} can't be read as CSV: {error}"
        raise RefusedError(message) from error


def _decoded(content: bytes, name: str) -> str:
    if b"\0" not in content:
        for encoding in _ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise RefusedError(f"{name} is no CSV in UTF-8, and no XLSX; save it as one of them")


def _delimiter(text: str) -> Delimiter:
    """Return what divides the first line most often; a comma when nothing does."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _xlsx(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(info.file_size for info in packed.infolist()) > _UNPACKED:
                raise RefusedError(f"{name} is too large inside; save it as CSV")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
                yield number, [_text(value) for value in row]
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise RefusedError(f"{name} can't be read as XLSX; save it anew, or as CSV") from error


def _text(value: object) -> str:
    """Return a cell as it would stand in a CSV file."""
    match value:
        case None:
            return ""
        case datetime():
            midnight = not (value.hour or value.minute or value.second)
            return value.date().isoformat() if midnight else value.isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
