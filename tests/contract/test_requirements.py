"""What was asked for is shown by what docs/requirements.md names."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
import typer

from service.cli import app
from service.exports.records import schema

#: Of which rows are; B6 to B11 are one.
ROWS = (
    *(f"A{n}" for n in range(1, 33)),
    *(f"B{n}" for n in range(1, 6)),
    "B6-11",
    *(f"B{n}" for n in range(12, 31)),
    *("C1", "C2", "C3", *(f"C3{letter}" for letter in "abcdefg")),
    *(f"C{n}" for n in range(4, 14)),
    *(f"D{n}" for n in range(1, 30)),
    *(f"E{n}" for n in range(1, 29)),
)
_ROW = re.compile(r"^\| ([A-E][0-9][0-9a-g-]*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
_OTHERWISE = ("open: ", "not needed: ")


@cache
def named_in(file: Path) -> frozenset[str]:
    return (
        frozenset(_TEST.findall(file.read_text(encoding="utf-8")))
        if file.exists()
        else frozenset()
    )


def commands(command: object, *before: str) -> set[str]:
    """Return every command that can be typed, without what stands before it."""
    below = getattr(command, "commands", None)
    if below is None:
        return {" ".join(before)}
    return {name for key, sub in below.items() for name in commands(sub, *before, key)}


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[str, list[str]]:
    """Return what shows each row, in the order of the document."""
    text = (root / "docs" / "requirements.md").read_text(encoding="utf-8")
    return {row: shown.split("<br>") for row, _, shown in _ROW.findall(text)}


def test_every_row_is_there_once_and_in_order(rows: dict[str, list[str]], root: Path) -> None:
    text = (root / "docs" / "requirements.md").read_text(encoding="utf-8")

    assert tuple(rows) == ROWS
    assert len(_ROW.findall(text)) == len(ROWS)


def test_every_row_is_shown_by_something_that_exists(
    rows: dict[str, list[str]], root: Path
) -> None:
    known = commands(typer.main.get_command(app))
    wrong = []
    for row, shown in rows.items():
        for one in shown:
            name = one.strip("`")
            file, _, test = name.partition("::")
            exists = (
                one.startswith(_OTHERWISE)
                or test in named_in(root / file)
                or (name.startswith("harken ") and name.removeprefix("harken ") in known)
            )
            if not exists:
                wrong.append(f"{row}: {one}")
    assert wrong == []


def test_the_shipped_schema_is_the_one_of_the_records(root: Path) -> None:
    shipped = json.loads((root / "docs" / "lead.schema.json").read_text(encoding="utf-8"))

    assert shipped == schema(), "renew it: harken leads schema > docs/lead.schema.json"
