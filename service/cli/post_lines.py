"""Lines of posts from a file or a pipe, and whether the next one is there already."""

import gzip
import io
import os
import select
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from typing_extensions import Buffer, override

from config.problem import quoted
from service.cli.output import unusable
from service.cli.streams import opened
from service.errors import RefusedError

#: Characters of a line that are read; a longer one is no post but a mistake or an attack.
_LONGEST_LINE = 16_000_000
_PACKED = b"\x1f\x8b"  # what gzip begins with
_HOW = """posts are read from a file or a pipe: echo '{"title": "..."}' | harken classify"""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Source:
    """Where lines come from."""

    stream: BinaryIO
    is_at_hand: Callable[[], bool] = _always  # whether something can be read without waiting

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines with their numbers from 1, blank ones too; overlong ones are cut.

        Raises:
            RefusedError: it can't be read, or is packed without that its name says so.
        """
        number = 0
        try:
            while line := self.stream.readline(_LONGEST_LINE):
                number += 1
                if number == 1 and line.startswith(_PACKED):
                    raise RefusedError("the input is packed by gzip; zcat unpacks it for a pipe")
                if not line.endswith(b"\n"):
                    self._pass_over_tail()  # the cut head is no JSON and is reported
                yield number, line
        except (OSError, EOFError, zlib.error) as error:
            why = getattr(error, "strerror", None) or error
            raise RefusedError(f"the input can't be read: {why}") from error

    def _pass_over_tail(self) -> None:
        while (rest := self.stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass


class _Patient(io.RawIOBase):
    """What stands behind a descriptor; it waits for more, or doesn't when told so."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.waits = True

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int | None:
        """Read into ``buffer`` what is there; None if there is nothing and it doesn't wait."""
        if not self.waits and not select.select([self._descriptor], [], [], 0)[0]:
            return None
        view = memoryview(buffer)
        content = os.read(self._descriptor, view.nbytes)
        view[: len(content)] = content
        return len(content)


@contextmanager
def post_lines(name: str) -> Iterator[Source]:
    """Give the lines of a file, unpacked if its name ends in .gz, or of standard input for "-".

    Raises:
        typer.Exit: it can't be opened; that has been said.
    """
    if name != "-" and ("." not in name or " " in name) and not os.path.exists(name):  # noqa: PTH110 - a long text is no path
        raise unusable(f"{quoted(name)} is no file; {_HOW}")
    with opened(name, "rb", sys.stdin.buffer) as stream:
        if name.endswith(".gz"):
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield Source(cast("BinaryIO", unpacked))
        else:
            yield _source_of(stream)


def _source_of(stream: BinaryIO) -> Source:
    try:
        raw = _Patient(stream.fileno())
    except io.UnsupportedOperation:  # in memory
        return Source(stream)
    buffered = io.BufferedReader(raw)

    def is_at_hand() -> bool:
        raw.waits = False
        try:
            return bool(buffered.peek(1))
        finally:
            raw.waits = True

    return Source(cast("BinaryIO", buffered), is_at_hand)
