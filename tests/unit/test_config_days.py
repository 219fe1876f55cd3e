"""Which days are ours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.days import FIRST, FURTHEST, LAST, OLDEST, is_of_the_web, is_ours

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "ours", "of_the_web"),
    [
        (date.min, False, False),
        (FIRST - DAY, False, False),
        (FIRST, True, False),
        (OLDEST - DAY, True, False),
        (OLDEST, True, True),
        (LAST, True, True),
        (LAST + DAY, False, False),
        (date.max, False, False),
    ],
)
def test_a_day_is_ours_and_of_the_web_from_a_first_to_a_last_one(
    day: date, ours: bool, of_the_web: bool
) -> None:
    assert (is_ours(day), is_of_the_web(day)) == (ours, of_the_web)


@given(
    st.dates(FIRST, LAST),
    st.times(),
    st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]),
    st.sampled_from([-FURTHEST, FURTHEST]),
)
def test_sums_can_be_made_with_every_day_that_is_ours(
    day: date, clock: time, zone: str, further: timedelta
) -> None:
    at = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC) + further

    assert at.astimezone(ZoneInfo(zone)).year > 1
