"""The only place that writes to the terminal: answers to stdout, everything else to stderr.

Control characters are shown, not sent: what is written may quote a stranger's post, and a
terminal obeys whoever writes to it.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

# All but tab and line feed; also what turns the direction of text round, and lone surrogates.
_UNSEEN = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_GAP = 2  # blanks between columns


def say(text: str = "") -> None:
    """Write an answer for a person to standard output, with a line end."""
    typer.echo(_visible(text))


def complain(*lines: str) -> None:
    """Write each problem to standard error as one line; the caller decides the exit status."""
    for line in lines:
        typer.echo(_one_line(line), err=True)


def unusable(message: str) -> typer.Exit:
    """Complain of bad usage in one line, and return what to raise: it ends with status 2."""
    complain(message)
    return typer.Exit(2)


def print_json(value: object) -> None:
    """Write a value to standard output as JSON on one line: a document, or a line of many.

    It is UTF-8 whatever the terminal's encoding; lone surrogates become escapes. Times are ISO
    8601 in UTC.

    Raises:
        TypeError: there is something in it that has no form in JSON.
        ValueError: there is an infinite number in it, or none at all.
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    typer.echo(line.encode("utf-8", "backslashreplace"))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows under headings to standard output; on a terminal, cut to its width."""
    from rich.cells import cell_len, set_cell_size

    lines = [[_one_line(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    if sys.stdout.isatty():
        widths = _fitted(widths)
    for line in lines:
        cells = (set_cell_size(*cell) for cell in zip(line, widths, strict=True))
        typer.echo((" " * _GAP).join(cells).rstrip())


@contextmanager
def progress(what: str, *, total: int) -> Iterator[Callable[[str], None]]:
    """Give a function to call with a name whenever one of ``total`` things is done.

    It draws a bar on standard error if that is a terminal, and nothing otherwise.
    """
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda name: bar.update(task, advance=1, description=f"{what}: {_one_line(name)}")


def _fitted(widths: Sequence[int]) -> list[int]:
    """Return widths that fit the terminal, taken off the widest columns first."""
    from shutil import get_terminal_size

    fitted = list(widths)
    spare = get_terminal_size().columns - _GAP * (len(fitted) - 1)
    while sum(fitted) > spare and max(fitted) > 1:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _one_line(text: str) -> str:
    return _visible(text).replace("\n", "\\n").replace("\t", " ")


def _visible(text: str) -> str:
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
