"""Where keys stand in a TOML text."""

import json
import string
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.places import KeyPath, lines_of_keys

HARD = '''\
# a comment with [brackets] = "and quotes"
title = "a # that begins no comment" # one that does
"quoted key" = 1
'literal.key' = 2
"\\u0065scaped" = 3
a.b.c = 4
a."b".d = { e = 5, f.g = [6, { h = 7 }] }

[table] # comment
text = """
[not.a.table]
key = "not a key"
\\""" still in it """""
raw = \'\'\'
[[nor.this]]
it's raw\'\'\'\'\'
list = [
  1, # one
  "two]", [3,
  4],
  # nothing here
  { five = 5 },
]
when = 1979-05-27 07:32:00
  [ table . "sub.table" ]
  deep = true

[[source]]
id = "one"
  [source.options]
  tags = "x"
  [[source.rules]]
  n = 1
  [[source.rules]]
  n = 2
[[source]]
id = "two"
options.tags = "y"
'''

HARD_LINES: dict[KeyPath, int] = {
    ("title",): 2,
    ("quoted key",): 3,
    ("literal.key",): 4,
    ("escaped",): 5,
    ("a",): 6,
    ("a", "b"): 6,
    ("a", "b", "c"): 6,
    ("a", "b", "d"): 7,
    ("a", "b", "d", "e"): 7,
    ("a", "b", "d", "f"): 7,
    ("a", "b", "d", "f", "g"): 7,
    ("a", "b", "d", "f", "g", 0): 7,
    ("a", "b", "d", "f", "g", 1): 7,
    ("a", "b", "d", "f", "g", 1, "h"): 7,
    ("table",): 9,
    ("table", "text"): 10,
    ("table", "raw"): 14,
    ("table", "list"): 17,
    ("table", "list", 0): 18,
    ("table", "list", 1): 19,
    ("table", "list", 2): 19,
    ("table", "list", 2, 0): 19,
    ("table", "list", 2, 1): 20,
    ("table", "list", 3): 22,
    ("table", "list", 3, "five"): 22,
    ("table", "when"): 24,
    ("table", "sub.table"): 25,
    ("table", "sub.table", "deep"): 26,
    ("source",): 28,
    ("source", 0): 28,
    ("source", 0, "id"): 29,
    ("source", 0, "options"): 30,
    ("source", 0, "options", "tags"): 31,
    ("source", 0, "rules"): 32,
    ("source", 0, "rules", 0): 32,
    ("source", 0, "rules", 0, "n"): 33,
    ("source", 0, "rules", 1): 34,
    ("source", 0, "rules", 1, "n"): 35,
    ("source", 1): 36,
    ("source", 1, "id"): 37,
    ("source", 1, "options"): 38,
    ("source", 1, "options", "tags"): 38,
}


def paths_in(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths_in(inner, (*path, number))


def test_every_way_to_write_a_key_is_found_on_its_line() -> None:
    assert set(paths_in(tomllib.loads(HARD))) == set(HARD_LINES)
    assert lines_of_keys(HARD) == HARD_LINES


def test_windows_line_ends_count_once() -> None:
    assert lines_of_keys(HARD.replace("\n", "\r\n")) == HARD_LINES


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "  \t"])
def test_a_text_without_keys_has_no_places(text: str) -> None:
    assert lines_of_keys(text) == {}


@pytest.mark.parametrize("text", ["= 1", "a = ", "a = '"])
def test_a_text_that_is_no_toml_ends_in_an_error_not_in_a_loop(text: str) -> None:
    with pytest.raises(IndexError):
        lines_of_keys(text)


def test_a_text_may_end_without_a_line_end() -> None:
    assert lines_of_keys("a = 1 # x") == {("a",): 1}
    assert lines_of_keys("[a]") == {("a",): 1}


# --- any text: a writer that notes where it puts things is the judge of the reader ---

KEYS = st.text(string.ascii_letters + string.digits + "-_ .#[]={}'\"\\ä\n", max_size=6)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text("ab \n#[]{}=,'\"\\é", max_size=12),
    st.datetimes(),
    st.dates(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


class Writer:
    """Writes values as TOML in ways that ``draw`` picks, and notes the line of every path."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[KeyPath, int] = {}

    def pick(self, *ways: str) -> str:
        return self.draw(st.sampled_from(ways))

    def put(self, text: str) -> None:
        self.text += text

    def note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def key(self, key: str) -> str:
        ways = [json.dumps(key)]
        if key and set(key) <= set(string.ascii_letters + string.digits + "-_"):
            ways.append(key)
        if "'" not in key and "\n" not in key:
            ways.append(f"'{key}'")
        return self.pick(*ways)

    def string(self, value: str, *, one_line: bool) -> str:
        basic = json.dumps(value, ensure_ascii=False)
        ways = [basic]
        if "'" not in value and "\n" not in value:
            ways.append(f"'{value}'")
        if not one_line:
            ways.append(f'"""\n{basic[1:-1]}"""')
            if not value.startswith("\n"):  # TOML drops a line end there
                ways.append('"""{}"""'.format(basic[1:-1].replace("\\n", "\n")))
            if "''" not in value and not value.startswith("'"):
                ways.append(f"'''\n{value}'''")
        return self.pick(*ways)

    def blank(self) -> None:
        self.put(self.pick("", "", " ", "\n", "# a = [\n", "\n\n  ", ' # "\n'))

    def value(self, value: object, path: KeyPath, *, one_line: bool) -> None:
        if isinstance(value, dict):
            self.inline_table(value, path)
        elif isinstance(value, list):
            self.array(value, path, one_line=one_line)
        elif isinstance(value, str):
            self.put(self.string(value, one_line=one_line))
        elif isinstance(value, bool):
            self.put(str(value).lower())
        elif isinstance(value, int | float):
            self.put(repr(value))
        else:
            self.put(str(value))  # dates and times, the latter with a blank in the middle

    def array(self, value: list[object], path: KeyPath, *, one_line: bool) -> None:
        self.put("[")
        for number, element in enumerate(value):
            if not one_line:
                self.blank()
            self.note((*path, number))
            self.value(element, (*path, number), one_line=one_line)
            if number < len(value) - 1 or self.draw(st.booleans()):
                self.put(self.pick(",", " , "))
        if not one_line:
            self.blank()
        self.put("]")

    def inline_table(self, value: dict[str, object], path: KeyPath) -> None:
        self.put("{ ")
        for number, (key, inner) in enumerate(value.items()):
            if number:
                self.put(", ")
            self.pair(key, inner, path, one_line=True)
        self.put(" }")

    def pair(self, key: str, value: object, path: KeyPath, *, one_line: bool) -> None:
        inner = (*path, key)
        self.note(inner)
        self.put(self.key(key))
        while isinstance(value, dict) and len(value) == 1 and self.draw(st.booleans()):
            ((key, value),) = value.items()
            inner = (*inner, key)
            self.note(inner)
            self.put(self.pick(".", " . ") + self.key(key))
        self.put(self.pick("=", " = "))
        self.value(value, inner, one_line=one_line)

    def table(self, table: dict[str, object], path: KeyPath, header: str) -> None:
        """Write the pairs of a table, then those of its tables that get headers of their own."""
        later: list[str] = []
        for key, value in table.items():
            can_have_header = isinstance(value, dict) or (
                isinstance(value, list) and value and all(isinstance(e, dict) for e in value)
            )
            if can_have_header and self.draw(st.booleans()):
                later.append(key)
                continue
            self.blank()
            self.put(self.pick("", "\t"))
            self.pair(key, value, path, one_line=False)
            self.put(self.pick("\n", " # c\n", "\n\n"))
        for key in later:
            self.headed(table[key], (*path, key), f"{header}.{self.key(key)}".removeprefix("."))

    def headed(self, value: object, path: KeyPath, header: str) -> None:
        self.blank()
        self.note(path)
        if isinstance(value, dict):
            self.put(f"[{self.pick('', ' ')}{header}]\n")
            self.table(value, path, header)
            return
        assert isinstance(value, list)
        for number, element in enumerate(value):
            self.note((*path, number))
            self.put(f"[[{header}]] # x\n")
            self.table(element, (*path, number), header)


@st.composite
def written(draw: st.DrawFn) -> tuple[dict[str, object], str, dict[KeyPath, int]]:
    table = draw(st.dictionaries(KEYS, VALUES, max_size=5))
    writer = Writer(draw)
    writer.table(table, (), "")
    return table, writer.text, writer.lines


@settings(max_examples=80, deadline=None)
@given(written())
@example(({}, "", {}))
def test_the_places_are_those_the_writer_noted(
    case: tuple[dict[str, object], str, dict[KeyPath, int]],
) -> None:
    table, text, lines = case
    assert tomllib.loads(text) == table  # else the writer is wrong
    assert lines_of_keys(text) == lines
    assert set(lines) == set(paths_in(table))
