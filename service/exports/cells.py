r"""CSV that no spreadsheet takes for formulas, and that reads back exactly.

Python's csv writer alone leaves `=1+1` alive. A ``'`` before it is what spreadsheets themselves
use for text. Quoting is no defence either where a sheet is opened with another separator: in
``"x","a;=1+1"`` a program that divides at ``;`` finds the cell ``=1+1"``. So a ``'`` also stands
after each separator within a cell. Reading takes away exactly what writing added.

Source: OWASP, "CSV Injection"; ASVS 5.0, 1.2.10; security-and-privacy.md, S10.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Literal

Delimiter = Literal[",", ";", "\t"]
Cell = str | int | float | None

_BLANK = " \u00a0\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
#: What begins a formula or a command somewhere; the second line is full width.
_LIVE = "=+\\-@\t\r\n\0|%\uff1d\uff0b\uff0d\uff20"
_SEPARATORS = ",;\t\r\n"


def safe_cell(value: Cell, *, delimiter: Delimiter = ",") -> Cell:
    """Return ``value`` as a cell that stays text; numbers stay numbers."""
    return _to_guard(delimiter).sub(r"\1'", value) if isinstance(value, str) else value


def plain_cell(text: str, *, delimiter: Delimiter = ",") -> str:
    """Return what ``safe_cell`` was given: a telephone number gets its ``+`` back."""
    return _guarded(delimiter).sub(r"\1", text)


def write_sheet(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: Delimiter = ","
) -> Iterator[str]:
    """Yield the lines of a sheet (RFC 4180), headings first; every text is quoted."""
    written = io.StringIO()
    sheet = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC)
    for row in chain([headings], rows):
        sheet.writerow([safe_cell(cell, delimiter=delimiter) for cell in row])
        yield written.getvalue()
        written.seek(0)
        written.truncate()


@cache
def _to_guard(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf"({_beginning(delimiter)})(?='*[{_BLANK}]*[{_LIVE}])")


@cache
def _guarded(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf"({_beginning(delimiter)})'(?='*[{_BLANK}]*[{_LIVE}])")


def _beginning(delimiter: str) -> str:
    """Return where a program could begin a cell: at the start, or after another's separator."""
    return rf"\A|[{_SEPARATORS.replace(delimiter, '')}]"
