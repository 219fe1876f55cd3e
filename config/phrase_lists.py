"""What people bring from other tools: lists of keywords and Boolean queries, as text.

A list has one phrase a line, as F5Bot, Syften and Brand24 keep them; ``-phrase`` excludes, and
what follows a comma are flags of that tool. A line with operators, parentheses, fields or a ``*``
is a Boolean query, as Brand24, Mention and Awario have them. One may go over several lines: when
a line of a paragraph begins or ends with an operator, or parentheses are left open, the whole
paragraph is one query. A line that begins with # is a comment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from config.query_text import QueryError, parse_query
from config.wording import check_phrase

_GOES_ON = re.compile(r"\s*(?:AND|OR|&&|\|\|)(?:\s|$)|(?:.*[\s)\"])?(?:AND|OR|NOT|&&|\|\|)\s*$")
_OPERATOR = re.compile(r"(?<!\S)(?:AND|OR|NOT|&&|\|\||O?NEAR(?:/\d+)?)(?=[\s(]|$)|\s-\S|[()*]|\"~")
_FIELD = re.compile(r"(?<![^\s-])(?:title|author|site|lang):\S", re.IGNORECASE)
_WHOLLY_QUOTED = re.compile(r'"([^"]+)"|\u201c([^\u201c\u201d]+)\u201d|\'([^\']+)\'')


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


def read_phrase_list(text: str) -> Brought:
    """Return the phrases and queries of a text, with every problem that is in it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    brought = Brought()
    for first_line, lines in _paragraphs(text):
        if _is_one_query(lines):
            _read_query("\n".join(lines), first_line, brought)
        else:
            for number, line in enumerate(lines, first_line):
                if line:
                    _read_line(line, number, brought)
    return brought


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines between blank ones, comments empty, after the number of the first."""
    gathered: list[str] = []
    for number, line in enumerate((*text.split("\n"), ""), 1):
        if line.strip():
            gathered.append("" if line.lstrip().startswith("#") else line)
        elif gathered:
            yield number - len(gathered), gathered
            gathered = []


def _is_one_query(lines: list[str]) -> bool:
    return len(lines) > 1 and any(
        _GOES_ON.match(line) or line.count("(") != line.count(")") for line in lines
    )


def _read_line(line: str, number: int, brought: Brought) -> None:
    if _OPERATOR.search(line) or _FIELD.search(line):
        _read_query(line, number, brought)
        return
    phrase, comma, flags = (part.strip() for part in line.partition(","))
    if comma and flags:
        message = f"only {phrase!r} is kept, not what follows the comma: {flags}"
        brought.notices.append(Remark(number, message))
    to = brought.exclusions if phrase.startswith("-") else brought.keywords
    try:
        checked = check_phrase(_bare(phrase.removeprefix("-").strip()))
    except ValueError as error:
        brought.problems.append(Remark(number, str(error)))
    else:
        _add(brought, to, checked, number)


def _read_query(text: str, first_line: int, brought: Brought) -> None:
    try:
        parse_query(text)
    except QueryError as error:
        before = text[: error.at]
        line = first_line + before.count("\n")
        column = error.at - (before.rfind("\n") + 1) + 1
        brought.problems.append(Remark(line, error.message, column))
    else:
        _add(brought, brought.queries, " ".join(text.split()), first_line)


def _bare(phrase: str) -> str:
    """Return a phrase without the quotes around it."""
    quoted = _WHOLLY_QUOTED.fullmatch(phrase)
    return next(filter(None, quoted.groups())) if quoted else phrase


def _add(brought: Brought, to: list[str], phrase: str, line: int) -> None:
    if phrase.casefold() in map(str.casefold, to):
        brought.notices.append(Remark(line, f"{phrase!r} is there already"))
    else:
        to.append(phrase)
