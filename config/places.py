"""Where the keys of a TOML text stand: what tomllib knows while it reads, and forgets."""

import re
import tomllib
from bisect import bisect
from collections.abc import Mapping

#: How to get to a value in what tomllib returns: ("source", 0, "url").
KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")  # also line ends and comments
_KEY = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)[ \t]*(\.?)""", re.ASCII)
_STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}'''  # up to two quotes may stand before the closing three
    r"""|'''.*?'{3,5}"""
    r"""|"(?:[^"\\]|\\.)*"|'[^']*'""",
    re.DOTALL,
)
_BARE = re.compile(r"[^\s,\]}#]+(?: \d[^\s,\]}#]*)?")  # a date may be followed by " 07:32:00"


def lines_of_keys(text: str) -> Mapping[KeyPath, int]:
    """Return the line, counted from 1, of every table, key and array element.

    A table that only its sub-tables name, like ``a`` in ``[a.b]``, stands where it is first
    named; an element of an array of tables stands at its ``[[header]]``.

    Args:
        text: valid TOML, that is, something tomllib has read without complaint. Anything else
            gives useless places or an IndexError.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks over the text once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}  # of the arrays of tables, so far

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip_blank()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self._lines

    def _header(self) -> KeyPath:
        start = self._at
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._at += brackets
        parts = self._key()
        self._at += brackets
        path: KeyPath = ()
        for part in parts[:-1]:
            path = self._latest((*path, part), start)
        path = (*path, parts[-1])
        if brackets == 1:
            return self._latest(path, start)
        self._note(path, start)
        self._lengths[path] = self._lengths.get(path, 0) + 1
        return self._latest(path, start)

    def _latest(self, path: KeyPath, start: int) -> KeyPath:
        """Note ``path`` and step into its last element if it is an array of tables."""
        self._note(path, start)
        if path in self._lengths:
            path = (*path, self._lengths[path] - 1)
            self._note(path, start)
        return path

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, start)
        self._at += 1  # the equals sign
        self._skip_blank()
        self._value(path)

    def _key(self) -> list[str]:
        """Read a key, which may be dotted or quoted; stop at what follows it."""
        parts: list[str] = []
        dot = "."
        while dot:
            raw, dot = self._take(_KEY).groups()
            parts.append(tomllib.loads(f"key = {raw}")["key"] if raw[0] in "\"'" else raw)
        return parts

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._take(_STRING if first in "\"'" else _BARE)

    def _array(self, path: KeyPath) -> None:
        number = 0
        while not self._closes("]"):
            element = (*path, number)
            self._note(element, self._at)
            self._value(element)
            number += 1

    def _inline_table(self, path: KeyPath) -> None:
        while not self._closes("}"):
            self._pair(path)

    def _closes(self, bracket: str) -> bool:
        """Step over the opening bracket or the comma; tell whether the closing one follows."""
        self._skip_blank()
        if self._text[self._at] != bracket:
            self._at += 1
            self._skip_blank()
        if self._text[self._at] != bracket:
            return False
        self._at += 1
        return True

    def _skip_blank(self) -> None:
        self._take(_BLANK)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Step over what must stand here."""
        match = pattern.match(self._text, self._at)
        if match is None:
            raise IndexError(self._at)
        self._at = match.end()
        return match

    def _note(self, path: KeyPath, start: int) -> None:
        self._lines.setdefault(path, bisect(self._line_starts, start))
