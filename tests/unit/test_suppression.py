"""Whose handle is whose, however it is spelt, and what is kept of somebody who wants out."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.posts.suppression import ANYWHERE, author_key, normalise_handle

SECRET = b"a secret of thirty-two bytes, ok"
INVISIBLE = "\u200b\u200d\u2060\ufeff\u00ad\u202e\x00\x07"


@pytest.mark.parametrize(
    "spelling",
    [
        "anna_b",
        "Anna_B",
        "@anna_b",
        "@ anna_b",
        "u/anna_b",
        "/u/ANNA_B",
        "  anna_b\t",
        "\uff41\uff4e\uff4e\uff41\uff3f\uff42",
        "an\u200bna_b",
        "\u202eanna_b",
    ],
)
def test_spellings_of_one_handle_are_equal(spelling: str) -> None:
    assert normalise_handle(spelling) == "anna_b"


@pytest.mark.parametrize("other", ["annab", "anna b", "anna_c", "anna_b2", ""])
def test_handles_of_others_stay_different(other: str) -> None:
    assert normalise_handle(other) != "anna_b"


@given(st.text(max_size=30), st.sampled_from(INVISIBLE), st.integers(0, 30))
def test_nobody_hides_behind_an_invisible_character(
    handle: str, invisible: str, place: int
) -> None:
    hidden = handle[:place] + invisible + handle[place:]

    assert normalise_handle(hidden) == normalise_handle(handle)


@given(st.text(st.characters(max_codepoint=0x24F, categories=["L", "N"]), max_size=30))
def test_nobody_hides_behind_an_accent_that_is_written_apart(handle: str) -> None:
    assert normalise_handle(normalize("NFD", handle)) == normalise_handle(handle)


@given(st.text(max_size=40))
def test_any_handle_has_a_key(handle: str) -> None:
    key = author_key(SECRET, "talk.example", handle)

    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")


def test_a_lone_surrogate_in_a_handle_breaks_nothing() -> None:
    assert author_key(SECRET, "talk.example", "an\ud800na")


def test_a_key_is_of_one_author_at_one_host_in_one_installation() -> None:
    keys = {
        author_key(SECRET, "talk.example", "anna"),
        author_key(SECRET, "board.example", "anna"),
        author_key(SECRET, ANYWHERE, "anna"),
        author_key(SECRET, "talk.example", "ben"),
        author_key(b"another secret", "talk.example", "anna"),
    }

    assert len(keys) == 5
    assert author_key(SECRET, "Talk.Example", "@Anna") in keys


def test_a_key_does_not_hold_the_name() -> None:
    assert "anna" not in author_key(SECRET, "talk.example", "anna")
