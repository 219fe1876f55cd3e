"""A score as it is shown never claims more than there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.score import shown


@pytest.mark.parametrize(
    ("score", "as_shown"),
    [(79.95, 79.9), (79.999999999, 79.9), (80, 80.0), (0, 0.0), (100, 100.0)],
)
def test_what_has_not_reached_the_bar_does_not_look_as_if_it_had(
    score: float, as_shown: float
) -> None:
    assert shown(score) == as_shown


@given(st.floats(min_value=0, max_value=100))
def test_it_is_less_than_a_tenth_below_the_score_and_never_above(score: float) -> None:
    assert shown(score) <= score < shown(score) + 0.1 + 1e-12


@given(st.integers(min_value=0, max_value=1000))
def test_tenths_are_shown_as_they_are(tenths: int) -> None:
    assert shown(tenths / 10) == tenths / 10
