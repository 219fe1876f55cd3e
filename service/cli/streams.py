"""Files and pipes that commands read and write, and the count that they show meanwhile."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from service.cli.output import unusable
from service.errors import RefusedError


class Answers:
    """Where a command writes its lines: a file, or standard output."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, line: bytes, *, at_once: bool = False) -> None:
        """Write a line with its end; ``at_once`` has a reader of our pipe see it now.

        Raises:
            BrokenPipeError: nobody reads any more.
            RefusedError: it can't be written, as when the disk is full.
        """
        with self._telling():
            self._stream.write(line + b"\n")
            if at_once:
                self._stream.flush()

    def finish(self) -> None:
        """Write what is still held back; raises as `write` does."""
        with self._telling():
            self._stream.flush()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # What is held back would be tried again at the end, and fail once more: to nowhere.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            if isinstance(error, BrokenPipeError):
                raise
            raise RefusedError(f"the output can't be written: {error.strerror}") from error


@contextmanager
def answers(name: str) -> Iterator[Answers]:
    """Give a file to write lines to, or standard output for "-".

    Raises:
        typer.Exit: it can't be opened; that has been said.
        BrokenPipeError: nobody reads any more.
        RefusedError: it can't be written.
    """
    with opened(name, "wb", sys.stdout.buffer) as stream:
        given = Answers(stream)
        yield given
        given.finish()


@contextmanager
def opened(name: str, mode: Literal["rb", "wb"], standard: BinaryIO) -> Iterator[BinaryIO]:
    """Give a file, or a standard stream for "-".

    Raises:
        typer.Exit: it can't be opened; that has been said.
    """
    if name == "-":
        yield standard
        return
    try:
        stream = Path(name).open(mode)  # noqa: SIM115 - closed below
    except OSError as error:
        raise unusable(f"{name} can't be opened: {error.strerror}") from error
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
