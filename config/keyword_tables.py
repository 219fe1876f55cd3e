"""Keyword lists as tables: what programs for search terms export as CSV.

A text is taken for a table when its first line names a column of keywords, or figures beside them.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: What a column of keywords is called, in lower case; the first is read that is.
_KEYWORDS = frozenset(
    (
        "keyword", "keywords", "phrase", "phrases", "keyphrase", "term", "terms", "search term",
        "search terms", "query", "queries", "search query", "top queries", "boolean query",
    )
)  # fmt: skip
#: What stands beside a first column of keywords, whatever that one is called.
_FIGURES = frozenset(
    (
        "volume", "search volume", "avg. monthly searches", "kd", "kd %", "keyword difficulty",
        "difficulty", "cpc", "competition", "competitive density", "intent", "clicks",
        "impressions", "ctr", "position", "number of results", "traffic",
    )
)  # fmt: skip
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row has in the column of keywords."""

    text: str  # without the quotes of CSV; may be empty
    line: int  # in which the row begins, counted from 1
    begins: int | None  # offset of the text into that line; None where CSV's quotes move it


@dataclass(frozen=True, slots=True)
class Table:
    """A list of keywords with a heading."""

    heading_line: int
    column: str  # that is read
    others: tuple[str, ...]  # that are not
    delimiter: str
    keyword_at: int


def find_table(lines: Sequence[str]) -> Table | None:
    """Return how the lines are a table; None if they are none."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            tables = (_headed(line, number, delimiter) for delimiter in _DELIMITERS)
            return next((table for table in tables if table is not None), None)
    return None


def _headed(line: str, number: int, delimiter: str) -> Table | None:
    names = [name.strip() for name in cells_of(line, delimiter)]
    folded = [name.casefold() for name in names]
    at = next((at for at, name in enumerate(folded) if name in _KEYWORDS), None)
    if at is None and len(names) > 1 and _FIGURES.issuperset(folded[1:]):
        at = 0
    if at is None:
        return None
    return Table(number, names[at], (*names[:at], *names[at + 1 :]), delimiter, at)


def cells_of(line: str, delimiter: str = ",") -> list[str]:
    """Return the cells of a line; of one that is no CSV, the whole line."""
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [line])
    except csv.Error:
        return [line]


def keyword_cells(table: Table, lines: Sequence[str]) -> Iterator[Cell]:
    """Yield the keywords under the heading.

    Raises:
        ValueError: a cell is longer than any phrase or query could be.
    """
    below = lines[table.heading_line :]
    rows = csv.reader(
        (f"{line}\n" for line in below), delimiter=table.delimiter, skipinitialspace=True
    )
    begins = 0
    try:
        for row in rows:
            if len(row) > table.keyword_at:
                text = row[table.keyword_at].strip()
                offset = below[begins].find(text)
                number = table.heading_line + begins + 1
                yield Cell(text, number, offset if offset >= 0 else None)
            begins = rows.line_num
    except csv.Error as error:
        raise ValueError(str(error)) from error
