from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.times import epoch, stated

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
MOMENT = int(datetime(2026, 1, 5, 16, 11, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T16:11:00+00:00",
        "2026-01-05T16:11:00Z",
        "2026-01-05T17:11:00+0100",
        "2026-01-05T16:11",
        "Mon Jan 05, 2026 4:11 pm",
        "Jan 5, 2026 at 4:11 PM",
        "05 Jan 2026, 16:11",
        str(MOMENT),
        f" {MOMENT}.75 ",
    ],
)
def test_the_forms_that_forums_write_are_read(text: str) -> None:
    assert epoch(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Invalid Date", "2026-02-30", "0000-00-00T00:00:00", "9" * 100_000, "12"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert epoch(text) is None


@given(st.text(max_size=80))
def test_any_text_is_a_time_or_none(text: str) -> None:
    seconds = epoch(text)
    assert seconds is None or isinstance(seconds, int)


def test_x28_times_that_cannot_be_are_none() -> None:
    for impossible in (0, -1, 10**12, 10**30, -(10**30), 4_102_444_800, None):
        assert stated(impossible, now=NOW) is None
    assert stated(MOMENT, now=NOW) == datetime(2026, 1, 5, 16, 11, tzinfo=UTC)


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    ahead = NOW + timedelta(minutes=5)
    assert stated(int(ahead.timestamp()), now=NOW) == ahead
    assert stated(int((NOW + timedelta(hours=2)).timestamp()), now=NOW) is None
