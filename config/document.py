"""A configuration file as it was read: its values, and where each of them stands."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.places import KeyPath, lines_of_keys
from config.problem import Problem

LARGEST_FILE = 2**20  # bytes; 2,000 phrases of 100 characters fit five times

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML file. Lists are tuples."""

    label: str  # what its author calls it, "topics/crm.toml"
    path: Path
    values: Mapping[str, object]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """Return the line of a key, or of the nearest table around it; 1 for the whole file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return what is wrong with the value at ``path``, with its place."""
        return Problem(file=self.label, line=self.line(path), key=key_name(path), message=message)


def key_name(path: KeyPath) -> str:
    """Return a path as its author counts: ("source", 0, "url") is "source[1].url"."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def read_document(path: Path, label: str) -> Document | Problem:
    """Return the file's values and places, or the problem that keeps it from being read."""
    text = _read_text(path, label)
    if isinstance(text, Problem):
        return text
    try:
        values = tomllib.loads(text)
        return Document(label, path, _frozen_table(values), lines_of_keys(text))
    except RecursionError:
        return Problem(file=label, key="", message="is nested too deeply")
    except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
        return _syntax_problem(label, error, text)


def _read_text(path: Path, label: str) -> str | Problem:
    try:
        if path.is_dir():
            return Problem(file=label, key="", message="is a folder; it must be a file")
        if path.exists() and not path.is_file():
            return Problem(file=label, key="", message="is no ordinary file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return Problem(file=label, key="", message=f"can't be read: {error.strerror}")
    if len(content) > LARGEST_FILE:
        return Problem(file=label, key="", message="is larger than 1 MiB")
    try:
        return content.decode("utf-8-sig")  # Windows editors put a byte-order mark there
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(file=label, line=line, key="", message="is not UTF-8 text; save it as such")


def _syntax_problem(label: str, error: ValueError, text: str) -> Problem:
    message = str(error)
    place = _PLACE.search(message)
    line, column = place.groups() if place else (None, None)
    if line is None:
        line = str(len(text.splitlines()) or 1) if place else None
    said = _PLACE.sub("", message)
    return Problem(
        file=label,
        line=int(line) if line else None,
        column=int(column) if column else None,
        key="",
        message=f"is not valid TOML: {said[:1].lower()}{said[1:]}",
    )


def _frozen_table(table: Mapping[str, object]) -> dict[str, object]:
    return {key: _frozen(value) for key, value in table.items()}


def _frozen(value: object) -> object:
    """Return lists as tuples: strict models take no list for a tuple."""
    if isinstance(value, list):
        return tuple(_frozen(element) for element in value)
    return _frozen_table(value) if isinstance(value, dict) else value
