"""How often a source is looked at, and when its silence is odd."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.rhythm import (
    LONGEST_HOLD,
    MOST_DAYS,
    NEWEST,
    interval,
    quiet_at,
    remembered,
)

NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
QUARTER = timedelta(minutes=15)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ago(*spans: timedelta) -> list[int]:
    return remembered([], [NOW - span for span in spans], now=NOW)


def every(gap: timedelta, *, posts: int = 60, last: timedelta = timedelta(0)) -> list[int]:
    """Return the times of posts that come with the same gap between them."""
    return ago(*(last + gap * n for n in range(posts)))


def pause(
    heard: list[int], *, ttl: int | None = None, since: datetime = LONG_AGO, now: datetime = NOW
) -> timedelta:
    return interval(heard, every=QUARTER, since=since, now=now, ttl_seconds=ttl)


# What is remembered.


TIMES = st.lists(
    st.timedeltas(timedelta(0), timedelta(days=690)).map(lambda span: NOW - span), max_size=150
)


@given(TIMES)
def test_the_same_posts_again_change_nothing(times: list[datetime]) -> None:
    once = remembered([], times, now=NOW)

    assert remembered(once, times[-NEWEST:], now=NOW) == once or len(times) > NEWEST
    assert once == sorted(once)
    assert len(once) <= NEWEST + MOST_DAYS


def test_the_newest_are_remembered_one_by_one_and_older_ones_by_the_day() -> None:
    heard = ago(*(HOUR * n for n in range(24 * 10)))

    days = {at // 86_400 for at in heard[:-NEWEST]}
    assert heard[-NEWEST:] == ago(*(HOUR * n for n in range(NEWEST)))
    assert len(heard[:-NEWEST]) == len(days) == 10


def test_a_post_from_the_future_counts_as_now() -> None:
    assert remembered([], [NOW + DAY], now=NOW) == [int(NOW.timestamp())]


# The interval.


def test_without_a_rhythm_it_is_what_was_configured() -> None:
    assert pause([], since=NOW - HOUR) == QUARTER
    assert pause(ago(HOUR), since=NOW - HOUR) == QUARTER


@pytest.mark.parametrize(
    ("gap", "minutes"),
    [(MINUTE, 5), (20 * MINUTE, 8.75), (HOUR, 26.25), (DAY, 60), (30 * DAY, 60)],
)
def test_it_is_about_half_of_the_usual_gap_within_a_third_and_four_times(
    gap: timedelta, minutes: float
) -> None:
    assert pause(every(gap)) == pytest.approx(minutes * MINUTE, rel=0.05)


def test_a_source_that_never_says_anything_is_seldom_asked() -> None:
    assert pause([], since=NOW - 30 * DAY) == 4 * QUARTER
    assert pause(ago(300 * DAY), since=NOW) == 4 * QUARTER


def test_a_burst_speeds_it_up_at_once_and_silence_slows_it_down() -> None:
    lively = remembered(every(5 * DAY), [NOW - MINUTE * n for n in range(8)], now=NOW)

    assert pause(every(5 * DAY)) == 4 * QUARTER
    assert pause(lively) == QUARTER / 3
    later = [pause(lively, now=NOW + HOUR * hours) for hours in (1, 3, 24)]
    assert later == sorted(later)
    assert later[-1] == 4 * QUARTER


@given(TIMES, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_it_never_leaves_its_bounds(times: list[datetime], age: timedelta) -> None:
    found = pause(remembered([], times, now=NOW), since=NOW - age)

    assert QUARTER / 3 <= found <= 4 * QUARTER


@given(TIMES, st.integers(-10, 10**12))
def test_what_a_document_says_that_it_holds_is_waited_for_up_to_a_day(
    times: list[datetime], ttl: int
) -> None:
    found = pause(remembered([], times, now=NOW), ttl=min(ttl, 10**9))

    assert found >= min(timedelta(seconds=max(ttl, 0)), LONGEST_HOLD)
    assert found <= max(LONGEST_HOLD, 4 * QUARTER)


# Silence.


def quiet_after(heard: list[int], *, since: datetime = LONG_AGO) -> timedelta | None:
    at = quiet_at(heard, since=since)
    return None if at is None else at - NOW


def test_a_daily_source_is_missed_after_two_days() -> None:
    assert quiet_after(every(DAY)) == 2 * DAY
    assert quiet_after(every(5 * MINUTE, posts=3000)) == 2 * DAY


def test_a_source_of_every_other_week_is_missed_after_four() -> None:
    assert quiet_after(every(14 * DAY, posts=8)) == 28 * DAY


def test_a_board_that_is_closed_on_weekends_is_not_missed_on_monday() -> None:
    working_days = [DAY * n for n in range(60) if (NOW - DAY * n).weekday() < 5]

    assert quiet_after(ago(*working_days)) == 6 * DAY


def test_bursts_do_not_hide_the_silence_between_them() -> None:
    evenings = [7 * DAY * week + MINUTE * n for week in range(8) for n in range(30)]

    assert quiet_after(ago(*evenings)) == 14 * DAY


def test_one_long_pause_does_not_make_it_deaf() -> None:
    after_holiday = [*(DAY * n for n in range(20)), *(DAY * (60 + n) for n in range(20))]

    assert quiet_after(ago(*after_holiday)) == 2 * DAY


def test_a_new_source_or_one_with_few_posts_is_not_missed() -> None:
    assert quiet_after(every(DAY, posts=5)) is None
    assert quiet_after([]) is None
    assert quiet_after(every(DAY, last=30 * DAY), since=NOW) == 7 * DAY


@given(TIMES)
def test_nothing_is_missed_sooner_than_after_twice_its_usual_silence(
    times: list[datetime],
) -> None:
    heard = remembered([], times, now=NOW)
    at = quiet_at(heard, since=LONG_AGO)

    if at is not None:
        assert at.timestamp() - heard[-1] >= 2 * 86_400
