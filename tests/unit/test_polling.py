"""When a source is polled next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.polling import (
    GONE_EVERY,
    LONGEST_BACKOFF,
    next_poll_after_failure,
    next_poll_after_gone,
    next_poll_after_rest,
    next_poll_after_success,
)

NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
JITTER = st.floats(-1, 1)


@given(JITTER)
def test_after_a_success_the_interval_passes_and_up_to_a_tenth_more(jitter: float) -> None:
    pause = next_poll_after_success(NOW, QUARTER, jitter=jitter) - NOW

    assert QUARTER <= pause <= 1.1 * QUARTER


@given(st.integers(2, 1000), JITTER)
def test_what_is_gone_for_good_is_looked_at_after_a_day_and_then_once_a_week(
    fails: int, jitter: float
) -> None:
    first = next_poll_after_gone(NOW, QUARTER, fails=1, jitter=jitter) - NOW
    later = next_poll_after_gone(NOW, QUARTER, fails=fails, jitter=jitter) - NOW

    assert timedelta(days=1) <= first <= 1.1 * timedelta(days=1)
    assert GONE_EVERY <= later <= 1.1 * GONE_EVERY


@pytest.mark.parametrize(
    ("fails", "minutes"), [(1, 15), (2, 30), (3, 60), (7, 960), (8, 24 * 60), (99, 24 * 60)]
)
def test_each_failure_doubles_the_pause_up_to_a_day(fails: int, minutes: int) -> None:
    at = next_poll_after_failure(NOW, QUARTER, fails=fails, jitter=0)

    assert at == NOW + timedelta(minutes=minutes)


@given(st.integers(1, 1000), JITTER, st.timedeltas(timedelta(minutes=1), timedelta(days=30)))
def test_no_source_is_ever_given_up(fails: int, jitter: float, every: timedelta) -> None:
    pause = next_poll_after_failure(NOW, every, fails=fails, jitter=jitter) - NOW

    assert 0.9 * every <= pause <= 1.1 * max(LONGEST_BACKOFF, every)


@given(st.integers(1, 20), JITTER, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_what_the_host_asks_for_is_honoured_in_full(
    fails: int, jitter: float, asked: timedelta
) -> None:
    at = next_poll_after_failure(NOW, QUARTER, fails=fails, jitter=jitter, retry_after=asked)

    assert at >= NOW + asked
    assert at >= next_poll_after_failure(NOW, QUARTER, fails=fails, jitter=jitter)


@given(JITTER, st.timedeltas(timedelta(seconds=1), timedelta(days=3)))
def test_a_host_that_rests_is_not_asked_before_its_time(jitter: float, rest: timedelta) -> None:
    pause = next_poll_after_rest(NOW, rest, jitter=jitter) - NOW

    assert rest <= pause <= 1.1 * rest + timedelta(microseconds=1)
