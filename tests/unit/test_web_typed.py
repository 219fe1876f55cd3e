import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.typed import one_line, prose


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b\x1bc\x7fd\x9fe", "a b c d e"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("\t a\tb \n", "a\tb"),
        ("a\ud800b", "a b"),
        ("a\u200d\u202eb", "a\u200d\u202eb"),  # shown isolated; not ours to take away
    ],
)
def test_prose_keeps_its_lines_and_loses_control_characters(typed: str, kept: str) -> None:
    assert prose(typed) == kept


@pytest.mark.parametrize(
    "typed", ["\u200b", "\ufeff", "\u2060", " \u200b\n\u2060\ufeff ", "\0\u200d\u200e", "\u00ad"]
)
def test_what_nobody_can_see_is_no_text(typed: str) -> None:
    assert (prose(typed), one_line(typed)) == ("", "")


def test_what_is_invisible_beside_words_stays() -> None:
    assert prose("\u200bMia\u200b") == "\u200bMia\u200b"


def test_a_line_is_one() -> None:
    assert one_line(" Mia\r\n\0 Holt\t") == "Mia Holt"


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_kept_can_be_stored_anywhere(typed: str) -> None:
    for kept in (prose(typed), one_line(typed)):
        assert "\0" not in kept
        kept.encode()
