"""Exports as lines: JSON Lines and CSV, in whatever encoding they were saved."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from typing_extensions import Buffer, override

from crawlers.exports.export import Entry, NotThisFormat, Skipped, field_of, post_of_fields

LONGEST_LINE = 2 * 2**20  # characters, or bytes before they are decoded
MOST_COLUMNS = 200
#: Of one cell: what ``csv`` allows unless it is told otherwise. Twice the longest text.
LONGEST_CELL = 131_072

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS = ",;\t|"
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number, counted from 1; None: it is too long to be one."""

    number: int
    text: str | None


def lines(stream: IO[bytes]) -> Iterator[Line]:
    """Yield the lines of a file, whatever its encoding, each with its end.

    UTF-16 and UTF-32 are told by their mark, UTF-16 also by its zeros. All else is UTF-8, line by
    line: one that isn't is taken for Windows-1252, so a file that was stitched together from
    several reads well.
    """
    buffered, encoding = _opened(stream)
    if encoding is not None:
        yield from _decoded_lines(buffered, encoding)
        return
    number = 0
    while raw := buffered.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            _skip_line(buffered)
            yield Line(number, None)
            continue
        yield Line(number, _decoded(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw))


def as_utf8(stream: IO[bytes]) -> IO[bytes]:
    """Return a file as UTF-8 without a mark, if its encoding is UTF-8, UTF-16 or UTF-32."""
    buffered, encoding = _opened(stream)
    if encoding is None:
        if buffered.peek(3).startswith(b"\xef\xbb\xbf"):
            buffered.read(3)
        return buffered
    text = io.TextIOWrapper(buffered, encoding, errors="replace", newline="")
    return io.BufferedReader(_Encoded(text), 2**16)


def read_jsonl(stream: IO[bytes], *, now: datetime) -> Iterator[Entry]:
    """Yield the posts of a file with a JSON object a line."""
    for line in lines(stream):
        if line.text is None:
            yield Skipped(where=f"line {line.number}", why="it is longer than 2 MiB")
        elif line.text.strip():
            yield _json_post(line.number, line.text, now)


def read_csv(stream: IO[bytes], *, now: datetime) -> Iterator[Entry]:
    """Yield the posts of a table: comma, semicolon, tab or bar between its cells.

    Raises:
        NotThisFormat: its first line names no column that holds text or a title.
    """
    feed = _Feed(lines(stream))
    first = next(feed, "")
    if sep := _SEP.fullmatch(first):  # Excel's own hint
        first = next(feed, "")
    delimiter = sep[1] if sep else _delimiter(first)
    columns = _columns(next(csv.reader([first], delimiter=delimiter), []))
    rows = csv.reader(feed, delimiter=delimiter)
    while True:
        began = feed.number + 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Skipped(where=f"line {began}", why=_said(error))
            continue
        for number in feed.too_long():
            yield Skipped(where=f"line {number}", why="it is longer than 2 MiB")
        if any(row):
            yield _row_post(row, columns, began, now)
    for number in feed.too_long():
        yield Skipped(where=f"line {number}", why="it is longer than 2 MiB")


class _Rewound(io.RawIOBase):
    """A stream with its beginning put back, which need not be one that can seek."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, into: Buffer) -> int:
        view = memoryview(into)
        if self._head:
            given, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            given = self._rest.read(len(view))
        view[: len(given)] = given
        return len(given)


class _Encoded(io.RawIOBase):
    """A text as UTF-8."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self._left = text, b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, into: Buffer) -> int:
        view = memoryview(into)
        if not self._left:
            self._left = self._text.read(max(1, len(view) // 4)).encode("utf-8", "replace")
        given, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(given)] = given
        return len(given)


class _Feed:
    """The lines of a CSV file for its reader, counted; overlong ones are left out."""

    def __init__(self, read: Iterator[Line]) -> None:
        self._read = read
        self._too_long: list[int] = []
        self.number = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        for line in self._read:
            self.number = line.number
            if line.text is not None:
                return line.text.replace("\0", "")
            self._too_long.append(line.number)
        raise StopIteration

    def too_long(self) -> list[int]:
        told, self._too_long = self._too_long, []
        return told


def _opened(stream: IO[bytes]) -> tuple[io.BufferedReader, str | None]:
    """Return a file that is at its beginning, and its encoding if that isn't UTF-8 or alike."""
    head = stream.read(4_096)
    return io.BufferedReader(_Rewound(head, stream), 2**16), _encoding(head)


def _encoding(head: bytes) -> str | None:
    """Return the encoding of a file that isn't made of bytes of ASCII and more."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    pairs = len(head) // 2
    if pairs >= 2 and head[1::2].count(0) > pairs * 0.6 and not head[::2].count(0):
        return "utf-16-le"
    if pairs >= 2 and head[::2].count(0) > pairs * 0.6 and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _decoded_lines(stream: io.BufferedReader, encoding: str) -> Iterator[Line]:
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            while (rest := text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            yield Line(number, None)
        else:
            yield Line(number, line)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _skip_line(stream: io.BufferedReader) -> None:
    while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _json_post(number: int, text: str, now: datetime) -> Entry:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return Skipped(where=f"line {number}, column {error.colno}", why="it is no JSON")
    except (ValueError, RecursionError):  # a number of 5,000 digits, a thousand brackets
        return Skipped(where=f"line {number}", why="it is nested too deep or counts too far")
    if not isinstance(value, dict):
        return Skipped(where=f"line {number}", why="it is no JSON object")
    fields: dict[str, str] = {}
    for key, item in value.items():
        field = field_of(key)
        if field is not None and isinstance(item, str | int | float):
            fields.setdefault(field, str(item) if not isinstance(item, bool) else "")
    try:
        return post_of_fields(fields, now=now)
    except (NotThisFormat, ValueError) as error:  # ValueError: an int that str() refuses
        return Skipped(
            where=f"line {number}", why=getattr(error, "detail", "a number is too long")
        )


def _row_post(
    row: Sequence[str], columns: Sequence[str | None], line: int, now: datetime
) -> Entry:
    if len(row) > MOST_COLUMNS:
        why = f"it has more than {MOST_COLUMNS} cells"
        return Skipped(where=f"line {line}, column {MOST_COLUMNS + 1}", why=why)
    if len(row) > len(columns) and any(row[len(columns) :]):
        why = f"it has {len(row)} cells, but the first line has {len(columns)}"
        return Skipped(where=f"line {line}, column {len(columns) + 1}", why=why)
    fields: dict[str, str] = {}
    for field, cell in zip(columns, row, strict=False):  # a short row lacks its last cells
        if field is not None and cell and field not in fields:
            fields[field] = cell
    try:
        return post_of_fields(fields, now=now)
    except NotThisFormat as error:
        return Skipped(where=f"line {line}", why=error.detail)


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
    if "field larger" in str(error):
        return f"a cell is longer than {LONGEST_CELL:,} characters, or a quote isn't closed"
    return "its quotes make no sense"
