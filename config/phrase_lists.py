"""What people bring from other tools: lists of keywords and Boolean queries, as text.

A list has one phrase a line, as F5Bot, Syften and Brand24 keep them; ``-phrase`` excludes, and
what follows a comma are flags of that tool. A CSV with a heading is read by its column of
keywords, see `config.keyword_tables`. A line with operators, parentheses, fields or signs that
some tool has for an operator is a Boolean query, as Brand24, Mention and Awario have them; what
Harken's own language doesn't understand is told with its character. A query goes on in the next
line when its line ends with an operator or leaves parentheses open, or the next one begins with
an operator.

A ``#`` with a blank behind it begins a comment; directly before a word it makes a hashtag.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from config.keyword_tables import Table, cells_of, find_table, keyword_cells
from config.query_text import QueryError, parse_query
from config.wording import check_phrase

_BEGINS_ON = re.compile(r"\s*(?:(?:AND|OR)(?![^\s(])|&&|\|)")
_ENDS_ON = re.compile(r"(?:^|[\s)\"])(?:AND|OR|NOT|&&|\|\|?)\s*$")
_OPERATOR = re.compile(
    r"(?<!\S)(?:AND|OR|NOT|ANDNOT|XOR|O?NEAR|WITHIN(?=\s+\d))(?=[\s(]|$)"
    r"|(?<!\S)(?i:(?:not)?o?near|within|w|pre|adj|and|not|before)/(?:\d+\w*|[sp])(?!\S)"
    r"|\s-\S|(?<!\S)[!+]\S|&&|[|()*~^{}\[\]<>=;\\`]|\w\?(?=\w)"
)
_WILD_END = re.compile(r"\s*-?\S*\w\?\s*")  # "hubspot?", while "which crm?" is a question
_FIELD = re.compile(r"(?<![^\s\-!])[^\W\d][\w.-]{0,40}:(?=\S)")
_HALF_OPERATOR = re.compile(r"(?<=\S\s)(?:And|Or|Not)(?=\s+\S)")
_IN_QUOTES = re.compile(r'"[^"\n]*"|\u201c[^\u201c\u201d\n]*\u201d')
_QUOTE_SIGNS = frozenset('"\u201c\u201d')
_WHOLLY_QUOTED = re.compile(
    r'"([^"]+)"|\u201c([^\u201c\u201d]+)\u201d|\'([^\']+)\'|\u2018([^\u2018\u2019]+)\u2019'
)
_QUOTED_CELL = re.compile(r'\s*"(?:[^"]|"")*"\s*,')
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")  # no number's
_COMMENT = re.compile(r"\s*#(?!\w)")
_INLINE_COMMENT = re.compile(r"\s#(?=\s|$)")
_HASHTAG_AND_MORE = re.compile(r"\s*#\w+\s+[^\s#]")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell about a line."""

    line: int  # counted from 1
    message: str
    column: int | None = None  # counted from 1; None for the whole line


@dataclass(slots=True)
class Brought:
    """What a text holds, in its order and without what is there twice."""

    keywords: list[str] = field(default_factory=list)
    exclusions: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    notices: list[Remark] = field(default_factory=list)  # what was left out on purpose
    problems: list[Remark] = field(default_factory=list)  # what can't be used
    _known: set[tuple[str, str]] = field(default_factory=set, repr=False, compare=False)

    def add(self, to: Literal["keywords", "exclusions", "queries"], said: str, line: int) -> None:
        """Take a phrase or query that the list has not yet, in whatever letter case."""
        if (to, said.casefold()) in self._known:
            self.notices.append(Remark(line, f"{said!r} is there already"))
            return
        self._known.add((to, said.casefold()))
        into: list[str] = getattr(self, to)
        into.append(said)


def read_phrase_list(text: str) -> Brought:
    """Return the phrases and queries of a text, with every problem that is in it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    brought = Brought()
    table = find_table(lines)
    if table is not None:
        _read_table(table, lines, brought)
        return brought
    said = [_without_comment(line, number, brought) for number, line in enumerate(lines, 1)]
    for first_line, piece in _pieces(said, lines):
        if len(piece) > 1:
            _read_query("\n".join(piece), first_line, brought)
        elif piece[0].strip():
            _read_line(piece[0], first_line, brought)
    return brought


def _read_table(table: Table, lines: Sequence[str], brought: Brought) -> None:
    read = f"the first row is a heading: the column {table.column!r} is read"
    others = f", not {', '.join(map(repr, table.others))}" if table.others else ""
    brought.notices.append(Remark(table.heading_line, f"{read}{others}"))
    number = table.heading_line
    try:
        for cell in keyword_cells(table, lines):
            number = cell.line
            if cell.text:
                _read_cell(cell.text, number, brought, begins=cell.begins)
    except ValueError as error:
        message = f"this row and what follows can't be read as CSV: {error}"
        brought.problems.append(Remark(number, message))


def _without_comment(line: str, number: int, brought: Brought) -> str:
    """Return a line without its comment; that of a line which says something else is told."""
    if _COMMENT.match(line):
        return ""
    found = _INLINE_COMMENT.search(_masked(line))
    if found is not None:
        passed_over = line[found.start() :].strip()
        column = found.start() + 2
        message = f"{passed_over!r} is passed over as a comment"
        brought.notices.append(Remark(number, message, column))
        line = line[: found.start()]
    if _HASHTAG_AND_MORE.match(line):
        message = "is read as a hashtag and words; a comment has a blank behind its #"
        brought.notices.append(Remark(number, message))
    return line


def _pieces(said: Sequence[str], written: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield lines that belong together, after the number of the first.

    Args:
        said: the lines, without comments.
        written: the lines as they stand; only one that is blank there ends a query.
    """
    piece: list[str] = []
    still_open = 0
    is_waiting = False
    for number, (line, as_written) in enumerate(zip(said, written, strict=True), 1):
        if not as_written.strip():
            if piece:
                yield number - len(piece), _trimmed(piece)
            piece, still_open, is_waiting = [], 0, False
            continue
        is_going_on = is_waiting or still_open > 0 or _BEGINS_ON.match(line)
        if piece and line and not is_going_on:
            yield number - len(piece), _trimmed(piece)
            piece, still_open = [], 0
        piece.append(line)
        if line:
            masked = _masked(line)
            still_open += masked.count("(") - masked.count(")")
            is_waiting = _ENDS_ON.search(line) is not None
    if piece:
        yield len(said) - len(piece) + 1, _trimmed(piece)


def _trimmed(piece: list[str]) -> list[str]:
    """Return lines without the comments behind them."""
    while len(piece) > 1 and not piece[-1]:
        piece.pop()
    return piece


def _is_query(line: str) -> bool:
    """Whether a line has what some tool reads as an operator."""
    masked = _masked(line)
    return any(
        (
            _OPERATOR.search(masked),
            _FIELD.search(masked),
            _WILD_END.fullmatch(masked),
            '*"' in line,
        )
    )


def _masked(line: str) -> str:
    """Return a line with something plain for what stands in double quotes: signs mean nothing."""
    return _IN_QUOTES.sub(lambda found: f'"{"x" * (len(found[0]) - 2)}"', line)


def _read_line(line: str, number: int, brought: Brought) -> None:
    if _is_query(line):
        _read_query(line, number, brought)
        return
    phrase, flags = _without_flags(line)
    if flags:
        message = f"only {phrase!r} is kept, not what follows the comma: {flags}"
        brought.notices.append(Remark(number, message))
    begins = line.find(phrase)
    _read_cell(phrase, number, brought, begins=begins if begins >= 0 else None)


def _read_cell(said: str, number: int, brought: Brought, *, begins: int | None) -> None:
    """Add what stands by itself, of a line or in a table; it may have had CSV's quotes."""
    read = _read_query if _is_query(said) or _is_partly_quoted(said) else _read_phrase
    read(said, number, brought, begins=begins)


def _is_partly_quoted(said: str) -> bool:
    bare = _bare(said.removeprefix("-").strip())
    return not _QUOTE_SIGNS.isdisjoint(bare)


def _without_flags(line: str) -> tuple[str, str]:
    """Return the phrase of a line, and what another tool keeps behind it after a comma."""
    if _QUOTED_CELL.match(line):
        phrase, *more = (cell.strip() for cell in cells_of(line.strip()))
        return phrase, ", ".join(filter(None, more))
    comma = _COMMA.search(_masked(line))
    if comma is None:
        return line.strip(), ""
    return line[: comma.start()].strip(), line[comma.end() :].strip()


def _read_phrase(phrase: str, number: int, brought: Brought, *, begins: int | None) -> None:
    half = _half_operator(phrase)
    if half is not None:
        word = half[0]
        said = f"{word!r} is no operator; write {word.upper()}, or {word.lower()} in a phrase"
        column = None if begins is None else begins + half.start() + 1
        brought.problems.append(Remark(number, said, column))
        return
    try:
        checked = check_phrase(_bare(phrase.removeprefix("-").strip()))
    except ValueError as error:
        brought.problems.append(Remark(number, str(error)))
    else:
        brought.add("exclusions" if phrase.startswith("-") else "keywords", checked, number)


def _half_operator(phrase: str) -> re.Match[str] | None:
    """Return an "And" that was meant for an operator, unless the other words are capitals too."""
    half = _HALF_OPERATOR.search(_masked(phrase))
    others = phrase.split()
    is_title = all(word[0].isupper() or not word[0].isalpha() for word in others)
    return None if is_title else half


def _read_query(text: str, first_line: int, brought: Brought, *, begins: int | None = 0) -> None:
    """Add a query that goes over one line or several, of which the first has it at ``begins``."""
    try:
        parse_query(text)
    except QueryError as error:
        before = text[: error.at]
        down = before.count("\n")
        column = error.at - (before.rfind("\n") + 1) + 1
        if begins is None:
            at: int | None = None
        else:
            at = column if down else begins + column
        message = error.message
        if "\n" in text:
            last = first_line + text.count("\n")
            message += f" (lines {first_line} to {last} are read as one query)"
        brought.problems.append(Remark(first_line + down, message, at))
    else:
        brought.add("queries", " ".join(text.split()), first_line)


def _bare(phrase: str) -> str:
    """Return a phrase without the quotes around it."""
    quoted = _WHOLLY_QUOTED.fullmatch(phrase)
    return next(filter(None, quoted.groups())) if quoted else phrase
