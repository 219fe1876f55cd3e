"""Files and pipes that commands read and write, and the count that they show meanwhile."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import typer


@contextmanager
def opened(name: str, mode: Literal["rb", "wb"], standard: BinaryIO) -> Iterator[BinaryIO]:
    """Give a file, or a standard stream for "-".

    Raises:
        typer.BadParameter: it can't be opened.
    """
    if name == "-":
        yield standard
        return
    try:
        stream = Path(name).open(mode)  # noqa: SIM115 - closed below
    except OSError as error:
        raise typer.BadParameter(f"{name} can't be opened: {error.strerror}") from error
    with stream:
        yield stream


@contextmanager
def counting(what: str) -> Iterator[Callable[[], None]]:
    """Give a function to call for each line done; it shows a count on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.update(task, advance=1)
