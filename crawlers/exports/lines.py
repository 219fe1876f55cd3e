"""The lines of an export, in whatever encoding it was saved, and JSON Lines."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from typing_extensions import Buffer, override

from crawlers.exports.export import Entry, NotThisFormat, Skipped, field_of, post_of_fields

LONGEST_LINE = 2 * 2**20  # characters, or bytes before they are decoded

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


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
